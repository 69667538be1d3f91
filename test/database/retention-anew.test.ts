/** A new version may declare more of a model as personal; docs/operations.md says what an upgrade has to do then. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { connect } from '../../src/database/connect.ts'
import { applyRetention } from '../../src/database/retention/apply-retention.ts'
import { createTestDatabase } from '../support/database.ts'
import { personAsSent } from '../support/deleted-person.ts'
import { openMirror } from '../support/mirror.ts'

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
const [, statement = ''] = /^### When a version blanks more\n.*?^```sql\n(.*?)^```$/ms.exec(page) ?? []

test('rows that were blanked by an older declaration are blanked anew once blanked_until is set back', async () => {
  await using database = await createTestDatabase()
  await using db = connect(database.workerUrl, { max: 1 })
  const mirror = await openMirror(db)
  const { account } = mirror
  const apply = () =>
    applyRetention(db, { account, now: new Date('2026-03-01'), afterDays: 30, runsAfterDays: 30 })
  const left = () =>
    mirror.ask(`select title, remote_data ->> 'hobby' as hobby from ats.candidates order by id`)
  const timeOfBlank = () => mirror.one(`select changed_at from ats.candidates where remote_id = 'd'`)

  const deleted_at = '2026-01-01T00:00:00Z'
  await mirror.commit('candidates', personAsSent('c', { deleted_at }).candidate)
  await mirror.commit('candidates', personAsSent('d', { deleted_at }).candidate)
  await apply()
  const [blank, time] = [await left(), await timeOfBlank()]
  // What a version leaves that declares neither as personal.
  await mirror.ask(`update ats.candidates set title = 'Lampwright', remote_data = remote_data || '{"hobby": "chess"}'
    where remote_id = 'c'`)
  const full = await left()

  assert.equal((await apply()).blanked, 0)
  assert.deepEqual(await left(), full, 'what was blanked once is not looked at again')

  await mirror.ask(statement)
  assert.deepEqual(await apply(), { blanked: 1, pruned: 0, done: true })
  assert.deepEqual(await left(), blank)
  assert.deepEqual(await timeOfBlank(), time, 'what is blank already is not written')
  assert.equal((await apply()).blanked, 0, 'and no third time')
})
