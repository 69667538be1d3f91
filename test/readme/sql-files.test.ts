/** The queries below docs/sql, on an account that was really mirrored, by the role that is meant to read it. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { streamNames } from '../../src/streams.ts'
import { type Product, startProduct } from '../support/product.ts'
import { smallCompany } from './sql-world.ts'

const folder = new URL('../../docs/sql/', import.meta.url)

let product: Product
let account: string
let reader: pg.PoolClient
before(async () => {
  product = await startProduct({ candidates: 50, seed: 3 })
  const company = smallCompany(Date.now())
  for (const stream of streamNames) product.gem.world.replaceAll(stream, company[stream])
  account = await product.addAccount()
  await product.start(account)
  assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
  reader = await product.pool.connect()
  await reader.query('set role ats_reader')
})
after(async () => {
  await reader.query('reset role')
  reader.release()
  await product[Symbol.asyncDispose]()
})

/** Rows as psql -v account=… -f would show them. */
async function rowsOf(file: string): Promise<unknown[][]> {
  const text = readFileSync(new URL(file, folder), 'utf8').replaceAll(":'account'", `'${account}'`)
  assert.doesNotMatch(text, /:'/, 'all variables are set')
  const { rows } = await reader.query({ text, rowMode: 'array' })
  return rows.map((row: unknown[]) =>
    row.map((value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value)),
  )
}

const answers: Record<string, unknown[][]> = {
  'time-to-hire.sql': [
    ['Product', 2, 15, 20],
    ['(none)', 1, 60, 60],
  ],
  'pipeline-by-stage.sql': [
    ['Engineer', 0, 'Screen', 2],
    ['Engineer', 1, 'Onsite', 1],
    ['Operator', 0, 'Call', 0],
  ],
  'stale-candidates.sql': [['Max Diaz', 'Engineer', 'Screen', 20]],
  'interviewer-load.sql': [
    ['Bo Chen', 0, 2, 2.5],
    ['Ana Ruiz', 1, 1, 1.5],
  ],
  'source-effectiveness.sql': [
    ['Referral', 2, 1, 2, 100],
    ['Board', 3, 1, 1, 33.3],
    ['(none)', 4, 1, 0, 0],
  ],
  'open-jobs.sql': [
    [
      'Engineer',
      'ENG',
      'Product',
      'Berlin',
      100,
      3,
      'Bo Chen (recruiter); Ana Ruiz (hiring_manager, recruiter)',
    ],
    ['Operator', 'OPS', 'Operations', null, 10, 0, null],
  ],
  'rejected-reasons.sql': [['We said no', 'Too junior', 'Screen', 2]],
}

for (const [file, expected] of Object.entries(answers)) {
  test(`docs/sql/${file} counts the small company right`, async () => {
    assert.deepEqual(await rowsOf(file), expected)
  })
}

test('docs/sql/freshness.sql tells the age of each table that is synced, the never read ones first', async () => {
  const [oldest, ...others] = await rowsOf('freshness.sql')
  assert.equal(others.length, 6)
  for (const [of, state, , seconds] of [oldest!, ...others]) {
    assert.deepEqual([of, state], [account, 'ACTIVE'])
    assert.ok(typeof seconds === 'number' && seconds >= 0 && seconds < 300, String(seconds))
  }
  await product.pool.query(
    `update sync.run_streams set started_at = started_at - interval '1 hour' where stream = 'jobs'`,
  )
  await product.pool.query(`update sync.run_streams set state = 'FAILED' where stream = 'users'`)
  const narrowed = `'{"models":["users","jobs","candidates"]}'`
  await product.pool.query(`update sync.accounts set settings = ${narrowed}`)
  const rows = await rowsOf('freshness.sql')
  assert.deepEqual(
    rows.map(([, , model]) => model),
    ['users', 'jobs', 'candidates'],
  )
  assert.equal(rows[0]?.[3], null)
  assert.ok(Number(rows[1]?.[3]) >= 3_600)
})

test('every query below docs/sql has its test, and docs/sql.md names it', () => {
  const files = readdirSync(folder).sort()
  assert.deepEqual(files, [...Object.keys(answers), 'freshness.sql'].sort())
  const page = readFileSync(new URL('../sql.md', folder), 'utf8')
  assert.deepEqual(
    files.filter((file) => !page.includes(`(sql/${file})`)),
    [],
  )
})
