import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { firstStep, nextStep, queryOf } from '../../src/activities/steps.ts'
import type { Step } from '../../src/database/checkpoints.ts'
import type { RunMode } from '../../src/database/database-types.ts'
import { type StreamName, streamNames } from '../../src/streams.ts'

const since = '2026-01-31T00:00:00.000Z'

/** The queries by which a stream is read in a run, one after the other, and how it ends. */
function readingsOf(stream: StreamName, mode: RunMode, begin: string | null): string[] {
  const readings: string[] = []
  let step: Step = firstStep(stream, mode, begin)
  while (step.kind === 'whole' || step.kind === 'window') {
    const query = queryOf(stream, { step, since: begin })
    readings.push(new URLSearchParams(query).toString())
    step = nextStep({ step, since: begin }, stream, mode)
  }
  const last = step.kind === 'absences' ? nextStep({ step, since: begin }, stream, mode) : step
  return [...readings, ...(step.kind === 'absences' ? ['absences'] : []), last.kind]
}

const deleted = 'include_deleted=true'
const after = encodeURIComponent(since)

describe('a delta', () => {
  for (const stream of ['users', 'job_stages', 'jobs'] as const) {
    test(`reads ${stream} whole`, () => {
      assert.deepEqual(readingsOf(stream, 'delta', since), [deleted, 'done'])
    })
  }

  test('reads job posts whole, without a parameter that Gem does not document', () => {
    assert.deepEqual(readingsOf('job_posts', 'delta', since), ['', 'done'])
  })

  for (const stream of ['candidates', 'scheduled_interviews'] as const) {
    test(`reads ${stream} by when they were updated`, () => {
      assert.deepEqual(readingsOf(stream, 'delta', since), [`${deleted}&updated_after=${after}`, 'done'])
    })
  }

  test('reads applications by their last activity, then by when they were created', () => {
    assert.deepEqual(readingsOf('applications', 'delta', since), [
      `${deleted}&last_activity_after=${after}`,
      `${deleted}&created_after=${after}`,
      'done',
    ])
  })

  for (const stream of streamNames) {
    test(`reads the whole list of ${stream} if it has never been read`, () => {
      const whole = stream === 'job_posts' ? '' : deleted
      assert.deepEqual(readingsOf(stream, 'delta', null), [whole, 'done'])
    })
  }
})

describe('a full sync', () => {
  for (const stream of streamNames) {
    test(`reads the whole list of ${stream}, then looks for absences`, () => {
      const whole = stream === 'job_posts' ? '' : deleted
      assert.deepEqual(readingsOf(stream, 'full', null), [whole, 'absences', 'done'])
    })
  }

  test('is closed by the delta from the previous watermark', () => {
    assert.deepEqual(readingsOf('applications', 'full', since), [
      deleted,
      `${deleted}&last_activity_after=${after}`,
      `${deleted}&created_after=${after}`,
      'absences',
      'done',
    ])
    assert.deepEqual(readingsOf('users', 'full', since), [deleted, 'absences', 'done'])
  })
})
