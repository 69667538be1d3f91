import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { sql } from 'kysely'
import { readAccountFigures, readTallies } from '../../src/database/operating-figures.ts'
import { noteRefusal } from '../../src/database/rate-limit.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { insertBareAccount } from '../support/direct-sync.ts'

const { db } = await databaseOfFile()

describe('the figures for operators', () => {
  test('tell the age of each list that was read, and of the account', async () => {
    await insertBareAccount(db, 'acme')
    await sql`update sync.accounts set created_at = clock_timestamp() - interval '1 day', state = 'PAUSED',
      settings = '{"models":["jobs"]}'`.execute(db)
    await insertBareAccount(db, 'new')
    await sql`insert into sync.checkpoints (account, stream, fresh_at) values
      ('acme', 'jobs', clock_timestamp() - interval '1 hour'), ('acme', 'users', null)`.execute(db)
    await noteRefusal(db, 'acme', { pauseMs: 3 * 86_400_000, learned: null })
    const figures = await readAccountFigures(db)
    const [acme, fresh, ...others] = figures.toSorted((a, b) => (a.account < b.account ? -1 : 1))
    assert.ok(acme && fresh && others.length === 0)
    assert.deepEqual([acme.account, acme.state, acme.models], ['acme', 'PAUSED', ['jobs']])
    assert.deepEqual([acme.users, acme.candidates], [null, null])
    assert.equal(Math.floor(acme.age / 86_400), 1)
    assert.equal(Math.floor((acme.jobs ?? 0) / 3_600), 1)
    assert.equal(Math.round((acme.blocked ?? 0) / 86_400), 3)
    assert.equal(fresh.blocked, null)
    assert.deepEqual([fresh.account, fresh.state, fresh.models, fresh.jobs], ['new', 'ACTIVE', null, null])
  })

  test('count runs under way by mode, and open rejects by list', async () => {
    for (const [mode, state] of [
      ['full', 'RUNNING'],
      ['delta', 'RUNNING'],
      ['delta', 'RUNNING'],
      ['delta', 'SUCCEEDED'],
    ]) {
      await sql`insert into sync.runs (id, account, mode, trigger, models, state, started_at)
        values (${randomUUID()}, 'acme', ${mode}, 'start', '{}', ${state}, now())`.execute(db)
    }
    for (const [id, resolved] of [
      ['1', null],
      ['2', null],
      ['3', new Date()],
    ]) {
      await sql`insert into sync.rejected_records (account, stream, remote_id, reason, run_id, first_seen_at, last_seen_at, resolved_at)
        values ('acme', 'users', ${id}, '', ${randomUUID()}, now(), now(), ${resolved})`.execute(db)
    }
    const { running, rejected } = await readTallies(db)
    assert.deepEqual(Object.fromEntries(running.map(({ name, count }) => [name, count])), {
      full: 1,
      delta: 2,
    })
    assert.deepEqual(rejected, [{ name: 'users', count: 2 }])
  })
})
