import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FinishRunInput, StreamEnd } from '../../src/activities/account.types.ts'
import { outcomeOf } from '../../src/activities/run-outcome.ts'

const read: StreamEnd = { stream: 'users', state: 'SUCCEEDED', wasRead: true, error: null }
const failed: StreamEnd = { stream: 'jobs', state: 'FAILED', wasRead: false, error: 'no such list' }
const odd: StreamEnd = { stream: 'candidates', state: 'FAILED', wasRead: true, error: 'too many are gone' }
const skipped: StreamEnd = { stream: 'applications', state: 'SKIPPED', wasRead: false, error: null }

const outcome = (streams: readonly StreamEnd[], stoppedBy: FinishRunInput['stoppedBy'] = null) =>
  outcomeOf({ account: 'acme', runId: 'a run', streams, stoppedBy })

describe('a run', () => {
  test('has SUCCEEDED if no stream failed', () => {
    assert.deepEqual(outcome([read, read]), { state: 'SUCCEEDED', error: null })
  })

  test('has PARTIALLY_FAILED if one of its streams failed, and tells which and why', () => {
    assert.deepEqual(outcome([read, failed]), { state: 'PARTIALLY_FAILED', error: 'jobs: no such list' })
  })

  test('has PARTIALLY_FAILED if all was read but something needs a person', () => {
    assert.deepEqual(outcome([odd]), { state: 'PARTIALLY_FAILED', error: 'candidates: too many are gone' })
  })

  test('has FAILED if nothing could be read', () => {
    const nothing = [failed, { ...failed, stream: 'users', error: null } as const]
    assert.deepEqual(outcome(nothing), { state: 'FAILED', error: 'jobs: no such list\nusers: failed' })
  })

  test('names each failed stream in a line of its own', () => {
    assert.equal(outcome([failed, read, odd]).error, 'jobs: no such list\ncandidates: too many are gone')
  })

  test('ended by refused credentials is AUTHENTICATION_FAILED, whatever else became of it', () => {
    assert.equal(outcome([read, failed, skipped], 'credentials').state, 'AUTHENTICATION_FAILED')
    assert.equal(outcome([failed, failed], 'credentials').state, 'AUTHENTICATION_FAILED')
  })

  test('ended by a person is CANCELLED, and keeps what had failed before', () => {
    const ended = outcome([read, failed, skipped], 'cancellation')
    assert.deepEqual(ended, { state: 'CANCELLED', error: 'jobs: no such list' })
  })
})
