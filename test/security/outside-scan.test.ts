/** After a whole session with all kinds of failures, neither a person's data nor a key is found where it must not be. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type FaultKind, streamNames } from '../../src/embedded/simulated-gem/index.ts'
import { until } from '../support/until.ts'
import { findWords, formsOf, personalTexts } from './needles.ts'
import { type Session, startSession } from './session.ts'

/** Each strikes a list once: what can be tried again is, after two seconds. */
const faults: readonly FaultKind[] = ['422', '404', 'html', 'redirect', 'truncated-json']

/** What no mapper or no PostgreSQL takes, with a person in every place. */
const hostile = {
  first_name: 'Wilhelmina-Marker',
  last_name: ['Pfeffernuss-Marker'],
  email_addresses: [{ value: 'marker.person@example.com', is_primary: 'Pfeffernuss-Marker' }],
  phone_numbers: [{ value: '+1 555 0199 123', type: 7 }],
}
/** What mappers take, and PostgreSQL may not. */
const person = {
  first_name: 'Wilhelmina-Marker',
  last_name: 'Pfeffernuss-Marker',
  email_addresses: [{ value: 'marker.person@example.com', is_primary: true }],
}
const strange = [
  { ...person, created_at: '275000-01-01T00:00:00Z' },
  { ...person, company: 'Nul\u0000 of Pfeffernuss-Marker', title: '\ud800' },
  { ...person, first_name: 'Wilhelmina-Marker '.repeat(10_000) },
]

describe('what a session leaves behind', () => {
  let session: Session
  let remains: Record<string, string>
  const people = new Set<string>(personalTexts([hostile, strange]))

  before(async () => {
    session = await startSession()
    await live(session)
    for (const stream of streamNames)
      for (const object of session.gem.world.objects(stream))
        if (['candidates', 'users'].includes(stream))
          for (const text of personalTexts(object)) people.add(text)
    remains = await session.remains()
  })
  after(() => session[Symbol.asyncDispose]())

  test('is a session in which much has gone wrong, and people have been mirrored', async () => {
    const counts = async (statement: string) => (await session.pool.query(statement)).rowCount ?? 0
    assert.ok((await counts('select from ats.candidates where first_name is not null')) > 100)
    assert.ok((await counts('select from sync.rejected_records')) > 0)
    assert.ok((await counts('select from sync.run_streams where error is not null')) >= 3)
    assert.ok(people.size > 200, `${people.size} texts of people`)
    for (const [where, text] of Object.entries(remains)) assert.ok(text.length > 50, `${where} is empty`)
    assert.match(remains["PostgreSQL's log"] ?? '', /ERROR/)
    assert.match(remains['output of the command line'] ?? '', /encrypted with key/)
    const rejected = await session.pool.query('select raw::text as text from sync.rejected_records')
    assert.notDeepEqual(findWords(rejected.rows.map(({ text }) => text).join(), people), [])
  })

  const places = [
    ...[
      'output of the worker',
      'output of the command line',
      'metrics',
      'titles of processes',
      'status query',
    ],
    ...['history, search attributes and memo', "PostgreSQL's log", 'schema sync without rejected_records'],
  ]
  for (const place of places) {
    test(`has no key in: ${place}`, () => {
      const found = Object.entries(session.secrets).filter(([, secret]) =>
        formsOf(secret).some((form) => remains[place]?.includes(form)),
      )
      assert.deepEqual(
        found.map(([name]) => name),
        [],
      )
    })

    test(`has nothing of a person in: ${place}`, () => {
      assert.deepEqual(findWords(remains[place] ?? '', people), [])
    })
  }
})

async function live(session: Session): Promise<void> {
  const { account, gem, handle, secrets } = session
  const keys = `${secrets['API key']}\n${secrets['application secret']}\n`
  const atGem = ['--base-url', gem.url, '--allow-insecure-base-url', '--application-secret']
  // What people do wrong with keys.
  await session.cli(['account', 'add', account, String(secrets['API key'])])
  await session.cli(['account', 'add', account, ...atGem, `${secrets['API key']}=1`], { input: keys })
  await session.cli(['account', 'add', account, ...atGem], { input: keys.split('\n').reverse().join('\n') })
  await session.cli(['account', 'add', account, ...atGem, 'rate.burst=500'], { input: keys })
  await session.cli(['account', 'set', account, `jobBoard=${secrets['API key']}!`])

  await session.restartWorker()
  await session.syncEnds(session.start)
  for (const [index, record] of [hostile, ...strange].entries())
    gem.world.put('candidates', { ...record, id: `hostile-${index}`, updated_at: new Date().toISOString() })
  // No mapper knows that PostgreSQL refuses this row: its log has to say so, and in which words.
  await session.pool.query(`
    create function refuse() returns trigger language plpgsql as
      $$ begin raise numeric_value_out_of_range using message = 'integer out of range'; end $$;
    create trigger refuse before insert on ats.application_stages
      for each row when (new.remote_id = 'refused') execute function refuse()`)
  gem.world.put('job_stages', { id: 'refused', name: 'Pfeffernuss-Marker' })
  for (const kind of faults) {
    gem.faults.clear()
    gem.faults.add({
      kind,
      stream: 'job_posts',
      times: 1,
      location: 'http://127.0.0.1:9/Wilhelmina-Marker',
    })
    await session.syncEnds(() => handle().signal('resync', { mode: 'delta', models: ['job_postings'] }))
  }
  gem.faults.clear()
  await session.syncEnds(() => handle().signal('resync', { mode: 'full' }))
  await handle().signal('resync', { mode: 'Wilhelmina-Marker'.length })

  for (const args of [
    ['status', account, '--json'],
    ['runs', account],
    ['rejected', 'list', account],
    ['doctor', '--gem'],
  ])
    await session.cli(args)
  const wrongKey = { GEM_ATS_SYNC_ENCRYPTION_KEY: String(secrets['wrong encryption key']) }
  await session.cli(['account', 'rotate-encryption-key', '--all'], { env: wrongKey })
  await session.restartWorker(wrongKey)
  await handle().signal('resume')
  await untilItWaits(session)
  await session.restartWorker()
  await handle().signal('resume')
  await session.syncEnds(() => handle().signal('resync', { mode: 'delta' }))
}

/** The account waits for its key, visibly. */
async function untilItWaits({ pool, account }: Session): Promise<void> {
  const ask = 'select state from sync.accounts where account = $1'
  await until(
    'the account needs credentials',
    async () => (await pool.query(ask, [account])).rows[0]?.state,
    (state) => state === 'NEEDS_CREDENTIALS',
  )
}
