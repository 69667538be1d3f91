import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { databaseOfFile } from '../support/database-of-file.ts'
import { openMirror } from '../support/mirror.ts'
import { runCli } from './run-cli.ts'

const { database, db } = await databaseOfFile()

const hostileId = 'a\u001b[2J\u009b\u202eb\nc'

before(async () => {
  const acme = await openMirror(db, 'acme')
  await acme.commit('users', { id: 'healed', name: 5 }, { id: hostileId, first_name: 5, last_name: 'Ruiz' })
  await acme.commit('users', { id: 'healed' })
  await acme.commit('jobs', { name: 'No Id', custom_fields: { big: 5 } })
  await openMirror(db, 'empty')
  const other = await openMirror(db, 'other')
  await other.commit('users', { id: 'of-another', first_name: [] })
})

async function list(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(['rejected', 'list', ...args], {
    databaseUrl: database.workerUrl,
  })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  return stdout
}

test('rejected list shows what could not be mapped, and why, without the records themselves', async () => {
  const shown = await list('acme')
  assert.match(
    shown,
    /^STREAM +REMOTE ID +REASON +FIRST SEEN +LAST SEEN\njobs +- +id: expected string, received nothing +20/,
  )
  assert.match(shown, /\nusers +\S+ +first_name: expected string, received number +20/)
  assert.match(shown, /\n2 records of acme could not be mapped\.\n--raw shows the records/)
  for (const other of ['Ruiz', 'No Id', 'healed', 'of-another']) assert.ok(!shown.includes(other), other)
})

test("an id's control characters do not reach the terminal", async () => {
  const shown = await list('acme', '--raw')
  assert.match(shown, /a\\u001b\[2J\\u009b\\u202eb\\nc/)
  const json = await list('acme', '--json')
  for (const character of ['\u001b', '\u009b', '\u202e'])
    assert.deepEqual([shown.includes(character), json.includes(character)], [false, false])
})

test('--raw shows the records as Gem sent them', async () => {
  assert.match(await list('acme', '--raw'), /RAW\n.*\{"name":"No Id","custom_fields":\{"big":5\}\}\n/)
  const [first, second] = JSON.parse(await list('acme', '--json', '--raw'))
  assert.deepEqual(first.raw, { name: 'No Id', custom_fields: { big: 5 } })
  assert.deepEqual(second.raw, { id: hostileId, first_name: 5, last_name: 'Ruiz' })
})

test('--stream, --all and --limit choose', async () => {
  const shown = async (...args: string[]) =>
    JSON.parse(await list('acme', '--json', ...args)).map((record: { remote_id: string }) => record.remote_id)
  assert.deepEqual(await shown(), [null, hostileId])
  assert.deepEqual(await shown('--stream', 'users'), [hostileId])
  assert.deepEqual(new Set(await shown('--stream', 'users', '--all')), new Set([hostileId, 'healed']))
  assert.deepEqual(await shown('--limit', '1'), [null])
  assert.match(await list('acme', '--limit', '1'), /At most 1 are shown; --limit shows more\./)
  assert.match(await list('acme', '--all'), /LAST SEEN +RESOLVED\n[\s\S]*healed .* 20\S+ +20\S+ +20\S+\n/)
  assert.match(await list('acme', '--stream', 'users'), /1 record of acme in users could not be mapped\./)
})

test('--json has the fields of the table', async () => {
  const [record] = JSON.parse(await list('acme', '--json', '--stream', 'users'))
  const { first_seen_at, last_seen_at, ...others } = record
  assert.ok(first_seen_at <= last_seen_at)
  const reason = 'first_name: expected string, received number'
  assert.deepEqual(others, { stream: 'users', remote_id: hostileId, reason, resolved_at: null })
})

test('an account without rejected records has none', async () => {
  assert.equal(await list('empty'), 'No record of empty could not be mapped.\n')
  assert.deepEqual(JSON.parse(await list('empty', '--json')), [])
})

test('status counts them while the workflow is silent', async () => {
  const { stdout } = await runCli(['status', 'acme'], { databaseUrl: database.workerUrl })
  assert.match(stdout, /\nrejected: 2\n/)
})

test('wrong options are named', async () => {
  const refuse = async (args: string[], says: RegExp) => {
    const { code, stderr } = await runCli(['rejected', 'list', ...args], { databaseUrl: database.workerUrl })
    assert.deepEqual([code, says.test(stderr)], [2, true], stderr)
  }
  await refuse(['acme', '--stream', 'user'], /Allowed choices are users, job_stages/)
  for (const limit of ['0', '10001', '1.5']) {
    await refuse(['acme', '--limit', limit], /must be a whole number from 1 to 10000/)
  }
  await refuse([], /missing required argument 'name'/)
})
