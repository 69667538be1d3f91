import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { databaseOfFile } from '../support/database-of-file.ts'
import { type Mirror, openMirror } from '../support/mirror.ts'
import { exactNumber } from '../support/oracle/exact-json.ts'
import { job } from '../support/records.ts'

const { db } = await databaseOfFile()

const withNumbers = (id: string, ...numbers: string[]) =>
  job(id, { custom_fields: { numbers: numbers.map(exactNumber) } })

describe('numbers of any size', () => {
  let mirror: Mirror
  before(async () => {
    mirror = await openMirror(db)
  })

  /** As PostgreSQL prints them. */
  const printed = async (id: string) =>
    await mirror.one<{ numbers: string; text: string }>(
      `select custom_fields #>> '{gem,numbers}' as numbers, remote_data::text as text
      from ats.jobs where account = $account and remote_id = '${id}'`,
    )
  const rejected = async (id: string) =>
    await mirror.one<{ reason: string; text: string }>(
      `select reason, raw::text as text from sync.rejected_records where account = $account and remote_id = '${id}'`,
    )

  for (const [sent, stored] of [
    ['1e1000', `1${'0'.repeat(1000)}`],
    ['-12.5e1000', `-125${'0'.repeat(999)}`],
    ['1e131071', `1${'0'.repeat(131_071)}`],
    ['1e-1000', `0.${'0'.repeat(999)}1`],
    ['1e-16383', `0.${'0'.repeat(16_382)}1`],
    ['9'.repeat(5_000), '9'.repeat(5_000)],
    [`0.${'12'.repeat(8_000)}`, `0.${'12'.repeat(8_000)}`],
    [`${'7'.repeat(2_000)}e-1999`, `7.${'7'.repeat(1_999)}`],
    ['1e300', `1${'0'.repeat(300)}`],
    ['0e999999999', '0'],
  ] as const) {
    test(`${sent.slice(0, 20)} keeps its digits, and can be printed`, async () => {
      const id = `kept-${sent.slice(0, 20)}-${sent.length}`
      await mirror.commit('jobs', withNumbers(id, sent))
      assert.equal((await printed(id)).numbers, `[${stored}]`)
    })
  }

  for (const number of [
    '1e131072',
    '-10e131071',
    '1e-16384',
    '0.1e-16383',
    '1e999999999999999999999',
    '1e-999999999999999999999',
    '9'.repeat(131_073),
    `0.${'1'.repeat(16_384)}`,
  ]) {
    test(`${number.slice(0, 30)}, ${number.length} characters, is beyond PostgreSQL's: it costs its record alone`, async () => {
      const id = `refused-${number.slice(0, 30)}-${number.length}`
      await mirror.commit('jobs', withNumbers(id, '1', number, '2'), job(`beside-${id}`))
      const { reason, text } = await rejected(id)
      assert.equal(reason, 'record: a number has more digits than PostgreSQL can store')
      assert.match(text, /"numbers": \[1, null, 2\]/)
      await mirror.one(`select from ats.jobs where account = $account and remote_id = 'beside-${id}'`)
    })
  }

  for (const number of ['1e1000', '1e300', '1e-300', '1e99', '1e131071']) {
    test(`many of ${number} cost their record alone, which is not blown up`, async () => {
      const id = `many-${number}`
      await mirror.commit('jobs', withNumbers(id, ...Array(100_000).fill(number)), job(`beside-${id}`))
      const { reason, text } = await rejected(id)
      assert.equal(reason, 'record: its numbers have more digits than it may take to print them')
      assert.ok(text.length < 3_000_000, `${text.length} characters`)
      await mirror.one(`select from ats.jobs where account = $account and remote_id = 'beside-${id}'`)
    })
  }

  test('many that are written out digit by digit are kept', async () => {
    const number = `0.${'123456789'.repeat(20)}`
    await mirror.commit('jobs', withNumbers('written-out', ...Array(20_000).fill(number)))
    assert.equal((await printed('written-out')).numbers.length, 20_000 * (number.length + 2))
  })
})
