import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import pg from 'pg'
import { toFailure } from '../../src/activities/failures.ts'
import {
  CredentialsRefusedError,
  FencedError,
  OtherTeamError,
  RequestRefusedError,
  TryAgainError,
  UserError,
} from '../../src/errors.ts'
import { testStack } from '../support/stack.ts'

function failureOf(error: unknown) {
  const failure = toFailure(error)
  assert.ok(failure instanceof ApplicationFailure)
  const { type, message, nonRetryable } = failure
  return { type, message, nonRetryable }
}

describe('an error of an activity', () => {
  const forGood: readonly [string, Error, string][] = [
    ['a Gem that fails, which the workflow waits out', new TryAgainError('why'), 'GemUnavailable'],
    ['another company’s key', new OtherTeamError('why'), 'OtherTeam'],
    ['refused credentials', new CredentialsRefusedError('why'), 'CredentialsRefused'],
    ['a refused request', new RequestRefusedError('why', 422), 'RequestRefused'],
    ['a newer attempt', new FencedError('why'), 'Fenced'],
    ['what a person gave', new UserError('why'), 'UserError'],
  ]
  for (const [what, error, type] of forGood) {
    test(`is not tried again for ${what}`, () => {
      assert.deepEqual(failureOf(error), { type, message: 'why', nonRetryable: true })
    })
  }

  test('is tried again for as long as it takes where it is not Gem’s', () => {
    const error = Object.assign(new Error('no route'), { code: 'ECONNREFUSED' })
    assert.deepEqual(failureOf(error), {
      ...{ type: 'Failure', message: 'Error (ECONNREFUSED): no route', nonRetryable: false },
    })
  })

  test('passes a cancellation on as it is', () => {
    const cancelled = new CancelledFailure('cancelled')
    assert.equal(toFailure(cancelled), cancelled)
  })

  test('of any kind becomes a failure, also one that is no error', () => {
    for (const thrown of [undefined, null, 'x', 7, {}])
      assert.deepEqual(failureOf(thrown), { type: 'Failure', message: 'unknown error', nonRetryable: false })
  })

  test('of PostgreSQL, which quotes values, is told by its code alone', async () => {
    await using stack = new AsyncDisposableStack()
    const client = stack.adopt(new pg.Client({ connectionString: testStack().postgresUrl }), (open) =>
      open.end(),
    )
    await client.connect()
    const error = await client.query(`select 'ana.ruiz@example.com'::uuid`).then(
      () => assert.fail('an address is no uuid'),
      (thrown: unknown) => thrown,
    )
    assert.match(String(error), /ana\.ruiz@example\.com/)
    assert.equal(failureOf(error).message, 'PostgreSQL answers with an error (22P02)')
  })

  test('of PostgreSQL that somebody has to end says what it is, and what to do', async () => {
    const client = new pg.Client({ connectionString: testStack().postgresUrl })
    await client.connect()
    const errorOf = (statement: string) =>
      client.query(statement).then(
        () => null,
        (error: unknown) => error,
      )
    await client.query('prepare p as select 1')
    const told = [
      failureOf(await errorOf('prepare p as select 2')).message,
      failureOf(await errorOf('execute ana_ruiz')).message,
    ]
    await client.query('set default_transaction_read_only = on')
    told.push(failureOf(await errorOf('create table ana_ruiz ()')).message)
    await client.end()
    assert.match(
      String(told[0]),
      /\(42P05\): it has a statement that another connection prepared; .*pool_mode = session/,
    )
    assert.match(String(told[1]), /\(26000\): it does not have a statement .*; .*pool_mode = session/)
    assert.match(String(told[2]), /\(25006\): it is read-only; point the database URL at the primary server/)
    assert.doesNotMatch(told.join(), /ana_ruiz/)
  })

  test('takes neither its cause nor its stack with it into the history', () => {
    const cause = new Error('ana.ruiz@example.com')
    const failure = toFailure(new TryAgainError('status 500', { cause }))
    const { stack = '' } = failure
    assert.equal(failure.cause, undefined)
    assert.doesNotMatch(stack, /ana\.ruiz/)
  })
})
