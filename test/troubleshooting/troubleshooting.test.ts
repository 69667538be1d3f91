/** docs/troubleshooting.md says what the product says: each fault is brought about, and its texts are looked for. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { faults, type Told } from './faults.ts'
import { openStage, type Stage } from './stage.ts'

const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8')
const sections = new Map(
  page
    .split('\n## ')
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
)

/** What the first cell of a row stands for. */
const places: Readonly<Record<string, keyof Told>> = {
  ...{ '`status`': 'status', '`rejected list`': 'status', 'Web UI': 'webUi', Metric: 'metrics', Log: 'log' },
  '`/readyz`': 'ready',
}

describe('docs/troubleshooting.md', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  test('has a section for each fault that is tried, and no other', () => {
    assert.deepEqual([...sections.keys()], Object.keys(faults))
  })

  for (const [heading, bringAbout] of Object.entries(faults)) {
    test(`tells how it shows: ${heading}`, async () => {
      const told = await bringAbout(stage)
      const rows = rowsOf(sections.get(heading) ?? '')
      assert.ok(rows.length > 0)
      for (const [where, spans] of rows) {
        const text = told[places[where] ?? assert.fail(`the page names ${where}`)]
        for (const span of spans) assertTold(where, text ?? '', span)
      }
    })
  }
})

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
  const pattern = span.split('…').map(literally).join('.{1,60}?').replaceAll('acme', 'acme-[0-9a-f]{12}')
  const found = new RegExp(isCount ? `^${pattern} (?!0$)` : pattern, 'm').test(text)
  assert.ok(found, `${where} does not say "${span}" but:\n${text}`)
}

const literally = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
