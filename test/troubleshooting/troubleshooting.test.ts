/** docs/troubleshooting.md says what the product says: each fault is brought about, and its texts are looked for. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { faultsOfAccount, faultsOfServers, type Place, type Told } from './faults.ts'
import { openStage, type Stage } from './stage.ts'

const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8')
const sections = new Map(
  page
    .split('\n## ')
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
)

/** What the first cell of a row stands for. */
const places: Readonly<Record<string, Place>> = {
  ...{ '`status`': 'status', '`rejected list`': 'status', 'Web UI': 'webUi', Metric: 'metrics', Log: 'log' },
  '`/readyz`': 'ready',
  '`doctor`': 'doctor',
}

describe('docs/troubleshooting.md', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  test('has a section for each fault that is tried, and no other', () => {
    const tried = { ...faultsOfAccount, ...faultsOfServers }
    assert.deepEqual([...sections.keys()], Object.keys(tried))
  })

  describe('tells how a fault of one account shows', { concurrency: true }, () => {
    for (const [heading, bringAbout] of Object.entries(faultsOfAccount))
      test(heading, async () => assertSection(heading, await bringAbout(stage)))
  })

  describe('tells how a fault of all accounts shows', () => {
    for (const [heading, bringAbout] of Object.entries(faultsOfServers))
      test(heading, async () => assertSection(heading, await bringAbout(stage)))
  })
})

function assertSection(heading: string, told: Told): void {
  const rows = rowsOf(sections.get(heading) ?? '')
  assert.ok(rows.length > 0)
  for (const [where, spans] of rows) {
    const text = told[places[where] ?? assert.fail(`the page names ${where}`)]
    for (const span of spans) assertTold(where, text ?? '', span.replaceAll('acme', told.account))
  }
}

/** First cell and code spans of each row of the section's table. */
function rowsOf(section: string): [string, string[]][] {
  const rows = section.split('\n').filter((line) => /^\| (?!Where )/.test(line))
  return rows.map((row) => {
    const [where = '', cell = ''] = row.slice(2, -2).split(' | ')
    const spans = [...cell.matchAll(/``(.+?) ?``|`([^`]+)`/g)]
    return [where, spans.map(([, double, single]) => (double ?? single ?? '').trim())]
  })
}

function assertTold(where: string, text: string, span: string): void {
  const isCount = where === 'Metric' && span.endsWith('}')
  const pattern = span.split('…').map(literally).join('.{1,60}?')
  const found = new RegExp(isCount ? `^${pattern} (?!0$)` : pattern, 'm').test(text)
  assert.ok(found, `${where} does not say "${span}" but:\n${text}`)
}

const literally = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
