import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEmptyDatabase } from '../support/database.ts'
import { NOBODY, runCli } from './run-cli.ts'

test('migrate makes the tables once, for the owner, and accounts can be listed then', async () => {
  const database = await createEmptyDatabase()
  const env = { GEM_ATS_SYNC_OWNER_DATABASE_URL: database.ownerUrl }
  const first = await runCli(['migrate'], { env })
  assert.deepEqual({ code: first.code, stderr: first.stderr }, { code: 0, stderr: '' })
  assert.match(first.stdout, /0001-ats-tables done\n/)
  const second = await runCli(['migrate', '--json'], { env })
  assert.deepEqual(JSON.parse(second.stdout), { migrations: [] })
  const list = await runCli(['account', 'list', '--json'], { databaseUrl: database.workerUrl })
  assert.deepEqual(list, { code: 0, stdout: '[]\n', stderr: '' })
  await database.drop()
})

test('migrate without a database, or on one that is away, says so in one line', async () => {
  const none = await runCli(['migrate'])
  assert.equal(none.code, 1)
  assert.match(
    none.stderr,
    /^error: There is no database to migrate: set GEM_ATS_SYNC_OWNER_DATABASE_URL[^\n]*\n$/,
  )
  const away = await runCli(['migrate'], { databaseUrl: `postgres://me:hush-hush@${NOBODY}/ats` })
  assert.equal(away.code, 1)
  assert.match(away.stderr, /^error: PostgreSQL at 127\.0\.0\.1:1\/ats cannot be reached[^\n]*\n$/)
})
