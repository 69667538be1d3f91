import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type MappedPage, mapPage } from '../../src/activities/map-page.ts'
import type { Batch } from '../../src/database/batch.ts'
import { unpackValues } from '../../src/database/packed-values.ts'
import type { ReadRow, Row } from '../../src/database/rows.ts'
import { parsePage } from '../../src/gem/parse-body.ts'
import type { Model } from '../../src/mappers/model.ts'
import type { RejectedRecord } from '../../src/mappers/read-record.ts'
import { models } from '../../src/mappers/registry.ts'
import { type StreamName, streamNames, streams } from '../../src/streams.ts'
import { anyRecord } from '../mappers/arbitrary-json.ts'
import { mappingOf, noSettings } from '../support/direct-sync.ts'

/** What is read of a page, whether its records' own texts are taken, or written anew from what they say. */
interface Readings {
  readonly taken: MappedPage
  readonly writtenAnew: MappedPage
}

function readBoth(stream: StreamName, records: readonly object[], lazily: boolean): Readings | null {
  // Most would hold what has to be made storable, and could not be taken as they are; names may be the same then.
  const storable = JSON.stringify(records).replaceAll(/\\u(?:0000|d[89a-f]..)/g, 'x')
  const text = JSON.stringify(JSON.parse(storable))
  const parsed = parsePage(Buffer.from(text), models[streams[stream].model].embeds)
  if ('problem' in parsed) throw new Error(parsed.problem)
  const { value, texts, needsSanitising } = parsed
  if (texts === null) return null
  const mapping = mappingOf('acme', noSettings, lazily)
  return {
    taken: mapPage(stream, { records: value, texts, needsSanitising }, mapping),
    writtenAnew: mapPage(stream, { records: value, needsSanitising }, mapping),
  }
}

const batchesOf = ({ page, embedded }: MappedPage) => (embedded ? [page, embedded] : [page])

function comparable(model: Model, row: Row | ReadRow | RejectedRecord): unknown {
  if (row.kind !== 'mapped') return row
  const { bytes: _, start: __, end: ___, ...rest } = row
  return { ...rest, values: unpackValues(model, row) }
}

const mapped = ({ model, records, map }: Batch) =>
  records.map((record) => comparable(model, record.kind === 'read' ? map(record) : record))

for (const stream of streamNames) {
  test(`${stream}: a record is mapped and digested alike from its own text, from what it says, and later`, () => {
    let [rows, copies] = [0, 0]
    const own = anyRecord(streams[stream].model)
    const files = fc.array(fc.record({ url: fc.webUrl(), filename: fc.string() }), { maxLength: 2 })
    const records = fc.array(
      fc.tuple(own, files).map(([record, attachments]) => ({ ...record, id: 'r1', attachments })),
      { minLength: 1, maxLength: 1 },
    )
    fc.assert(
      fc.property(records, fc.array(anyRecord('applications'), { maxLength: 2 }), (list, applications) => {
        const page = list.map((record) => (stream === 'candidates' ? { ...record, applications } : record))
        const atOnce = readBoth(stream, page, false)
        const later = readBoth(stream, page, true)
        if (atOnce === null || later === null) return
        const expected = batchesOf(atOnce.writtenAnew).map(mapped)
        for (const reading of [atOnce.taken, later.taken, later.writtenAnew])
          assert.deepEqual(batchesOf(reading).map(mapped), expected)
        rows += atOnce.taken.page.rows.length
        copies += atOnce.taken.embedded?.rows.length ?? 0
      }),
      { numRuns: 300 },
    )
    assert.ok(rows > 30, `${rows} rows`)
    assert.equal(copies > 20, stream === 'candidates', `${copies} copies`)
  })
}
