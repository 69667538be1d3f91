import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { deleteAccount } from '../../src/accounts/delete-account.ts'
import { accountTables, isLeftOver } from '../../src/accounts/left-over-rows.ts'
import { takeLease } from '../../src/database/checkpoints.ts'
import { reserveSlots } from '../../src/database/rate-limit.ts'
import { beginRun, beginStream, endStream, finishRun } from '../../src/database/runs.ts'
import { FencedError } from '../../src/errors.ts'
import { firstCursor, insertBareAccount, nextClaim } from '../support/direct-sync.ts'
import { type Mirror, type MirrorDatabase, openMirrors } from '../truth/mirror.ts'

let mirrors: MirrorDatabase
before(async () => {
  mirrors = await openMirrors()
})
after(() => mirrors[Symbol.asyncDispose]())

/**
 * Does it while Gem makes that page of the users: the slice is under way, and commits when it is done.
 *
 * @returns resolves once it is done: an earlier page's commit may be refused before.
 */
function atPage({ gem }: Mirror, page: number, act: () => Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const before = async () => void (await act().then(() => resolve(), reject))
    gem.faults.add({ kind: 'drift', stream: 'users', page, before })
  })
}

async function assertNothingLeft({ db, account }: Mirror): Promise<void> {
  const left: string[] = []
  for (const table of await accountTables(db)) {
    const { rows } = await sql`select from ${sql.raw(table)} where account = ${account}`.execute(db)
    if (rows.length > 0) left.push(`${table}: ${rows.length}`)
  }
  assert.deepEqual(left, [])
  assert.equal(await isLeftOver(db, account), false, 'the name is free again')
}

for (const page of [1, 3]) {
  test(`a slice that is at page ${page} when its account is removed writes nothing more`, async () => {
    const mirror = await mirrors.mirror({ candidates: 200, settings: { maxPerPage: 10 } })
    const removed = atPage(mirror, page, () => deleteAccount(mirror.db, mirror.account))
    await assert.rejects(mirror.sync({ models: ['users'] }), FencedError)
    await removed
    await assertNothingLeft(mirror)
  })
}

test('what was about to begin or to end when the account was removed leaves nothing either', async () => {
  const mirror = await mirrors.mirror({ candidates: 20 })
  const { db, account } = mirror
  const runId = randomUUID()
  const run = { id: runId, account, mode: 'full', trigger: 'start', models: [] } as const
  await beginRun(db, run)
  await deleteAccount(db, account)
  await assert.rejects(beginRun(db, { ...run, id: randomUUID() }), FencedError)
  await assert.rejects(takeLease(db, nextClaim(account, 'users', runId), firstCursor), FencedError)
  await assert.rejects(reserveSlots(db, account, { perSecond: 1, burst: 1 }, 1), /foreign key/)
  await assert.rejects(beginStream(db, runId, 'users'), FencedError)
  const failed = { account, runId, stream: 'users', state: 'FAILED', error: 'the slice failed' } as const
  await assert.rejects(endStream(db, failed), FencedError)
  const streams = [{ stream: 'jobs', state: 'SKIPPED', wasRead: false, error: null }] as const
  const outcome = { state: 'FAILED', error: null } as const
  await assert.rejects(finishRun(db, { account, runId, streams }, outcome), FencedError)
  await assertNothingLeft(mirror)
})

test("a removed account's last page does not get into an account that has taken its name", async () => {
  const mirror = await mirrors.mirror({ candidates: 200, settings: { maxPerPage: 10 } })
  const { db, account } = mirror
  const run = { id: randomUUID(), account, mode: 'delta', trigger: 'start', models: [] } as const
  const replaced = atPage(mirror, 1, async () => {
    await deleteAccount(db, account)
    await insertBareAccount(db, account)
    await beginRun(db, run)
    // As the old slice: the first attempt at the stream.
    assert.equal((await takeLease(db, nextClaim(account, 'users', run.id), firstCursor)).leaseEpoch, 1)
  })
  await assert.rejects(mirror.sync({ mode: 'delta', models: ['users'] }), FencedError)
  await replaced
  const { rows } = await mirror.pool.query('select from ats.users where account = $1', [account])
  assert.equal(rows.length, 0)
})
