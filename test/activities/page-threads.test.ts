import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { PageThreads } from '../../src/activities/page-threads.ts'
import { type PageToRead, type ReadPage, readPage } from '../../src/activities/read-page.ts'
import type { Batch } from '../../src/database/batch.ts'
import { textOf } from '../../src/database/rows.ts'
import type { StreamName } from '../../src/streams.ts'
import { mappingOf, noSettings } from '../support/direct-sync.ts'

describe('a page that is read on another thread', () => {
  let threads: PageThreads
  before(() => {
    threads = new PageThreads()
  })
  after(() => threads[Symbol.asyncDispose]())

  const pageOf = (text: string, stream: StreamName = 'candidates', lazily = false): PageToRead => ({
    body: Buffer.from(text),
    stream,
    mapping: mappingOf('acme', noSettings, lazily),
  })

  /** Both ways, and what the other thread's page becomes. */
  async function readBoth(page: () => PageToRead): Promise<ReadPage> {
    const here = readPage(page())
    const there = await threads.read(page())
    assert.deepEqual(comparable(there), comparable(here))
    if ('problem' in there) throw new Error(there.problem)
    return there
  }

  const application = {
    id: 'a1',
    applied_at: '2026-02-01T08:15:00.000Z',
    status: 'active',
    jobs: [{ id: 'j1' }],
  }
  const good = { id: 'c1', first_name: 'Zoë 😀', applications: [application, { id: 'a2', status: 7 }] }
  const texts: Record<string, string> = {
    'has rows, those of embedded copies and what cannot be mapped': JSON.stringify([
      good,
      { id: 'c2', email_addresses: 'none' },
      { first_name: 'nobody' },
      'text',
    ]),
    'has a record twice': JSON.stringify([good, { ...good, first_name: 'Ana' }]),
    'is empty': '[]',
    'holds what PostgreSQL does not store': '[{"id":"c1","first_name":"a\\u0000b\\ud800"}]',
  }
  for (const [name, text] of Object.entries(texts)) {
    for (const lazily of [false, true]) {
      test(`is the same where it ${name}${lazily ? ', mapped or not' : ''}`, async () => {
        const { mapped } = await readBoth(() => pageOf(text, 'candidates', lazily))
        for (const batch of [mapped.page, mapped.embedded]) {
          assert.ok(batch)
          // What is to be written is told from the others by identity.
          for (const row of batch.rows) assert.ok(batch.records.includes(row))
        }
      })
    }
  }

  test('keeps the digits of a rejected record', async () => {
    const { mapped } = await readBoth(() => pageOf('[{"id":7,"salary":12345678901234567890.5}]'))
    const [record] = mapped.page.records
    assert.ok(record?.kind === 'rejected')
    assert.equal(JSON.stringify(record.raw), '{"id":7,"salary":12345678901234567890.5}')
  })

  test('maps later what was read only', async () => {
    const { mapped } = await readBoth(() => pageOf(JSON.stringify([good]), 'candidates', true))
    const [row] = mapped.page.rows
    assert.ok(row?.kind === 'read')
    assert.equal(mapped.page.map(row).kind, 'mapped')
  })

  test('says why it cannot be read', async () => {
    assert.deepEqual(await threads.read(pageOf('[{"id":')), {
      problem: 'the JSON is truncated',
      smallerPage: 'if repeated',
    })
    assert.deepEqual(await threads.read(pageOf('{}')), {
      problem: 'the answer is not a JSON array',
      smallerPage: 'no',
    })
  })

  test('fails alone where reading fails', async () => {
    const unknown = { ...pageOf('[]'), stream: 'unknown' as StreamName }
    await assert.rejects(threads.read(unknown), TypeError)
    assert.equal('problem' in (await threads.read(pageOf('[]'))), false)
  })

  test('gives the memory of its texts back, and nothing of another page', async () => {
    const [one, other] = await Promise.all([
      readBoth(() => pageOf('[{"id":"c1"}]')),
      readBoth(() => pageOf('[{"id":"c2"}]')),
    ])
    const textsOf = ({ mapped }: ReadPage) => mapped.page.rows.map(({ bytes }) => bytes.length)
    assert.ok(textsOf(one).every((length) => length > 0))
    one.release()
    assert.deepEqual(textsOf(one), [0])
    assert.notDeepEqual(textsOf(other), [0])
  })

  test('takes no memory that others share with it', async () => {
    const shared = Buffer.from('x[{"id":"u1"}]y')
    const { mapping } = pageOf('')
    const read = await threads.read({ body: shared.subarray(1, -1), stream: 'users', mapping })
    assert.equal('problem' in read, false)
    assert.equal(shared.toString(), 'x[{"id":"u1"}]y')
  })
})

/** What can be compared: functions are made anew on each side, and texts lie elsewhere. */
function comparable(read: ReadPage | { problem: string }) {
  if ('problem' in read) return read
  const { mapped, release: _, ...rest } = read
  const { page, embedded } = mapped
  const ofBatch = ({ model, map: _, records, rows, ...batch }: Batch) => ({
    ...batch,
    table: model.table,
    records: records.map(ofRecord),
    rows: rows.map(ofRecord),
  })
  return { ...rest, mapped: { page: ofBatch(page), embedded: embedded && ofBatch(embedded) } }
}

function ofRecord(record: Batch['records'][number]) {
  if (record.kind === 'rejected') return record
  const { bytes, start, end, ...rest } = record
  return { ...rest, text: textOf({ bytes, start, end }) }
}
