/** A worker that stood still (a frozen machine, a long pause) goes on where it was, long after others have taken over. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { type Claim, type Cursor, takeLease } from '../../src/database/checkpoints.ts'
import { commitPage } from '../../src/database/commit-page.ts'
import { beginRun, beginStream, finishRun } from '../../src/database/runs.ts'
import { FencedError } from '../../src/errors.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { firstCursor, insertBareAccount, mappingOf } from '../support/direct-sync.ts'
import { mapText } from '../support/read-page.ts'
import { uniqueName } from '../support/temporal.ts'

const { db } = await databaseOfFile()

describe('an attempt that was held up', () => {
  const later: Cursor = { ...firstCursor, offset: 500 }

  async function startRun(
    account = uniqueName('acme'),
  ): Promise<Pick<Claim, 'account' | 'runId' | 'stream'>> {
    await insertBareAccount(db, account)
    const runId = randomUUID()
    await beginRun(db, { id: runId, account, mode: 'full', trigger: 'start', models: [] })
    return { account, runId, stream: 'users' }
  }

  const commit = async (claim: Claim, leaseEpoch: number, cursor: Cursor) =>
    await commitPage(db, {
      ...{ ...claim, mode: 'full', leaseEpoch, cursor, takeCalls: () => 1, looksUp: true },
      ...{
        ...mapText('[]', { stream: 'users', mapping: mappingOf(claim.account) }),
      },
    })

  for (const [name, older] of [
    ['attempt at the same slice', { slice: 3, attempt: 1 }],
    ['slice', { slice: 2, attempt: 9 }],
  ] as const) {
    test(`takes nothing over from a newer ${name}, which commits on`, async () => {
      const run = await startRun()
      const newer = { ...run, slice: 3, attempt: 2 }
      const { leaseEpoch } = await takeLease(db, newer, firstCursor)
      await beginStream(db, run.runId, 'users')
      await assert.rejects(takeLease(db, { ...run, ...older }, firstCursor), FencedError)
      await commit(newer, leaseEpoch, later)
      const { cursor } = await takeLease(db, { ...newer, attempt: 3 }, firstCursor)
      assert.equal(cursor.offset, later.offset)
    })
  }

  test('takes nothing over from the next run', async () => {
    const run = await startRun()
    await finishRun(db, { ...run, streams: [] }, { state: 'SUCCEEDED', error: null })
    const next = { ...(await startRun(run.account)), slice: 1, attempt: 1 }
    const { leaseEpoch } = await takeLease(db, next, firstCursor)
    await assert.rejects(takeLease(db, { ...run, slice: 7, attempt: 2 }, firstCursor), FencedError)
    await beginStream(db, next.runId, 'users')
    await commit(next, leaseEpoch, later)
  })

  test('does not close the next run when it was to begin the one before', async () => {
    const { account, runId } = await startRun()
    const next = await startRun(account)
    const late = { id: runId, account, mode: 'full', trigger: 'start', models: [] } as const
    await assert.rejects(beginRun(db, late), FencedError)
    const states = await db
      .selectFrom('sync.runs')
      .select(['id', 'state'])
      .where('account', '=', account)
      .execute()
    assert.deepEqual(
      new Map(states.map(({ id, state }) => [id, state])),
      new Map([
        [runId, 'CANCELLED'],
        [next.runId, 'RUNNING'],
      ]),
    )
  })
})
