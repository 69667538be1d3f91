import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExactly } from '../support/oracle/exact-json.ts'
import { ANY_TIME, expectedTables, type Source } from '../support/oracle/index.ts'
import { strangeAccount } from '../support/strange-account/index.ts'
import { hostileIds } from '../support/strange-account/pools.ts'

const source = strangeAccount(7)
const options = { account: 'acme', settings: { jobBoard: 'acme', integrationFields: [] } }
const tables = expectedTables(source, options)
const remoteIds = new Map(
  [tables.jobs, tables.application_stages].flatMap((rows) => [...rows].map(([key, row]) => [row.id, key])),
)

test('the same seed gives the same account, another one another', () => {
  const text = (account: Source) => JSON.stringify(account)
  assert.equal(text(strangeAccount(7)), text(source))
  assert.notEqual(text(strangeAccount(8)), text(source))
  assert.equal(text(parseExactly(text(source)) as Source), text(source))
})

test('the digits of big numbers are served', () => {
  assert.match(JSON.stringify(source.jobs), /"big":12345678901234567890,"money":1\.10/)
})

test('every hostile id is a row of its own in all seven tables', () => {
  assert.equal(new Set(hostileIds).size, hostileIds.length)
  const { users, jobs, job_postings, candidates, application_stages, applications, interviews } = tables
  for (const rows of [users, jobs, job_postings, candidates, application_stages, applications, interviews])
    for (const id of hostileIds) assert.ok(rows.has(id), id.slice(0, 50))
})

test('every wrong record is rejected and leaves no row', () => {
  for (const [stream, records] of Object.entries(source))
    for (const { id } of records.filter((record) =>
      /-wrong-\d+$/.test(String((record as { id?: unknown } | null)?.id)),
    ) as {
      id: string
    }[])
      assert.ok(
        tables.rejected.some((entry) => entry.stream === stream && entry.remote_id === id),
        `${stream} ${id}`,
      )
  assert.equal(tables.rejected.filter((entry) => entry.remote_id?.includes('-wrong-')).length, 150)
  assert.ok(tables.rejected.some((entry) => entry.remote_id === 'u-good-bad'))
  assert.ok(!tables.rejected.some((entry) => entry.remote_id === 'u-bad-good'))
  for (const rows of [tables.users, tables.jobs, tables.candidates, tables.applications, tables.interviews])
    assert.ok(![...rows.keys()].some((key) => key.includes('-wrong-')))
})

test('a time that PostgreSQL does not reach is null, and rejects nothing', () => {
  assert.equal(tables.jobs.get('j-unreachable')?.remote_created_at, null)
  assert.equal(tables.job_postings.get('p-unreachable')?.remote_updated_at, null)
  assert.equal(tables.candidates.get('c-unreachable')?.remote_updated_at, null)
  assert.equal(tables.applications.get('a-named-15')?.remote_created_at, null)
})

test('no unmapped field rejects', () => {
  const { users, jobs, job_postings, candidates, application_stages, interviews } = tables
  for (const [rows, prefix] of [
    [users, 'u'],
    [jobs, 'j'],
    [job_postings, 'p'],
    [candidates, 'c'],
    [interviews, 'i'],
  ] as const)
    assert.ok(rows.has(`${prefix}-unmapped`), prefix)
  assert.ok(application_stages.has('st-m-unmapped'))
  assert.ok(tables.applications.has('a-named-8'))
})

test('initial applications are chosen as by hand', () => {
  const sources = {
    tie: 'a',
    bytes: 'B',
    'deleted-first': 'alive',
    'all-deleted': 'earliest',
    'blank-source': null,
    holder: 'Embedded',
  }
  for (const [name, value] of Object.entries(sources))
    assert.equal(tables.candidates.get(`c-${name}`)!.source, value, name)
})

test('embedded copies land as by hand', () => {
  const outcome = (id: string) => tables.applications.get(id)?.outcome
  const listed = { 'a-embedded-newer': 'HIRED', 'a-embedded-older': 'HIRED', 'a-list-is-wrong': 'HIRED' }
  for (const [id, value] of Object.entries(listed)) assert.equal(outcome(id), value, id)
  assert.equal(outcome('a-two-holders'), 'HIRED')
  assert.equal(outcome('a-two-holders-older'), 'PENDING')
  assert.equal(outcome('a-two-holders-even'), 'PENDING')
  assert.equal(
    tables.applications.get('a-embedded-only')!.candidate_id,
    tables.candidates.get('c-holder')!.id,
  )
  assert.equal(tables.applications.get('a-embedded-deleted')!.remote_deleted_at, ANY_TIME)
  assert.ok(tables.candidates.has('c-malformed-embedded'))
})

test('stages of interviews and jobs of applications are chosen as by hand', () => {
  const stages = [...Array(9).keys()].map((n) =>
    remoteIds.get(tables.interviews.get(`i-placed-${n}`)!.stage_id),
  )
  const ids = ['st-p1', 'st-p2', 'st-elsewhere', 'st-p1', undefined, 'st-p3', 'st-p1', 'st-p1', undefined]
  assert.deepEqual(stages, ids)
  const jobs = [...Array(9).keys()].map((n) =>
    remoteIds.get(tables.applications.get(`a-jobs-${n + 3}`)!.job_id),
  )
  const owners = [
    'j-main',
    'j-plan',
    'j-plan',
    'j-main',
    'j-other',
    'j-other',
    undefined,
    'j-plan',
    'j-deleted',
  ]
  assert.deepEqual(jobs, owners)
  assert.equal(remoteIds.get(tables.applications.get('a-jobs-20')!.job_id), 'j-plan')
})

test('the order of stages is by priority, then by bytes', () => {
  const order = [...tables.job_application_stages.keys()].map((key) => JSON.parse(key) as [string, string])
  const main = order.filter(([job]) => job === 'j-main').map(([, stage]) => stage.replace('st-m-', ''))
  const least = ['below', 'first', 'negative', 'zero']
  const tied = ['tie-B', 'tie-a', 'tie-b', 'tie-z', 'tie-é', 'tie-\uFFFD', 'tie-🦄']
  const fractions = ['hair', 'two-hairs', 'half']
  const big = ['last', 'beyond', 'big', 'big-plus-one', 'huge']
  const last = ['absent', 'none-a', 'none-b']
  assert.deepEqual(main, [...least, ...tied, ...fractions, 'null-active', 'unmapped', ...big, ...last])
})

test('descriptions come from the right posting', () => {
  const job = (id: string) => tables.jobs.get(id)!
  assert.equal(job('j-main').description, '<p>newest</p>')
  assert.equal(job('j-plan').description, 'tie, newer update')
  assert.equal(job('j-other').description, 'tie up to id: a')
  assert.equal(job('j-other').post_url, null)
  assert.equal(job('j-deleted').description, 'internal')
})
