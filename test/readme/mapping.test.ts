/** docs/mapping.md names every column and every field of Gem's that is read, and none that does not exist. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import type { Model } from '../../src/mappers/model.ts'
import { columnsOf, joinTables, models } from '../../src/mappers/registry.ts'
import { type JoinTable, type MainTable, streams } from '../../src/streams.ts'
import { firstTable, sectionOf, spansOf } from './markdown-tables.ts'

const page = readFileSync(new URL('../../docs/mapping.md', import.meta.url), 'utf8')
const firstCells = (heading: string) =>
  firstTable(sectionOf(page, heading)).map(([cell = '']) => cell.replaceAll('`', ''))
const common = firstCells('Every row')

test('docs/mapping.md has the ten tables in their order, and what all of them share', () => {
  const tables = [...Object.keys(models), ...Object.keys(joinTables)]
  assert.deepEqual(
    [...page.matchAll(/^## ats\.(\w+)$/gm)].map((match) => match[1]),
    tables,
  )
  const names = columnsOf('users').map(({ name }) => name)
  assert.deepEqual(common.toSorted(), names.filter((name) => common.includes(name)).sort())
})

for (const table of [...Object.keys(models), ...Object.keys(joinTables)] as (MainTable | JoinTable)[]) {
  test(`docs/mapping.md has exactly the columns of ats.${table}, in their order`, () => {
    const own = columnsOf(table).map(({ name }) => name)
    assert.deepEqual(
      firstCells(`ats.${table}`),
      own.filter((name) => !common.includes(name)),
    )
  })
}

for (const model of Object.values(models)) {
  test(`docs/mapping.md says of which fields of Gem's ats.${model.table} is made`, () => {
    const section = sectionOf(page, `ats.${model.table}`)
    const read = fieldsOf(model)
    const named = firstTable(section).flatMap(([, from = '']) => spansOf(from).map(outermost))
    assert.deepEqual(
      named.filter((field) => !read.includes(field)),
      [],
      'fields that are not read',
    )
    const anywhere = spansOf(section).map(outermost)
    assert.deepEqual(
      read.filter((field) => !anywhere.includes(field)),
      [],
      'fields that are not named',
    )
    const paths = Object.values(streams).filter((stream) => stream.model === model.table)
    assert.ok(
      paths.every(({ path }) => section.includes(`Gem's list: \`${path}\``)),
      'path of the list',
    )
  })
}

/** The outermost fields that a model's mapping reads. */
function fieldsOf({ gem }: Model): string[] {
  assert.ok(gem instanceof z.ZodObject)
  return Object.keys(gem.shape)
}

const outermost = (path: string) => path.split('.', 1)[0] ?? path
