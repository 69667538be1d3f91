/**
 * A strict reader of Prometheus' text format, version 0.0.4: what it takes, Prometheus takes. Families must be
 * described once, before their samples, and stand together; no sample may be there twice; histograms must add up.
 */
import assert from 'node:assert/strict'

export type Labels = Readonly<Record<string, string>>

export interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped'
  readonly help: string
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly name: string
  readonly labels: Labels
  readonly value: number
}

export class Metrics {
  readonly families: readonly Family[]

  constructor(families: readonly Family[]) {
    this.families = families
  }

  samples(name: string, labels: Labels = {}): readonly Sample[] {
    const all = this.families.flatMap((family) => family.samples)
    const wanted = Object.entries(labels)
    return all.filter((s) => s.name === name && wanted.every(([label, value]) => s.labels[label] === value))
  }

  /** Of exactly one sample. */
  value(name: string, labels: Labels = {}): number {
    const found = this.samples(name, labels)
    assert.equal(found.length, 1, `${name} ${JSON.stringify(labels)}`)
    return found[0]!.value
  }

  /** Over all samples with these labels. */
  sum(name: string, labels: Labels = {}): number {
    return this.samples(name, labels).reduce((sum, { value }) => sum + value, 0)
  }
}

const name = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const describing = new RegExp(`^# (HELP|TYPE) (${name}) (.+)$`)
const sampling = new RegExp(`^(${name})(?:\\{(.*)\\})? (\\S+)$`)
const labelling = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/
const types = ['counter', 'gauge', 'histogram', 'summary', 'untyped'] as const

export function parsePrometheusText(text: string): Metrics {
  assert.ok(text.endsWith('\n'), 'the last line must end')
  const families = new Map<string, Family & { samples: Sample[] }>()
  const seen = new Set<string>()
  let current: (Family & { samples: Sample[] }) | null = null
  let help: { name: string; text: string } | null = null
  for (const line of text.slice(0, -1).split('\n')) {
    const described = describing.exec(line)
    if (described) {
      const [, kind, family, words] = described as unknown as [string, string, string, string]
      if (kind === 'HELP') {
        help = { name: family, text: words }
        continue
      }
      assert.equal(help?.name, family, `a HELP line must come before: ${line}`)
      assert.ok(!families.has(family), `a family must be described once: ${line}`)
      const type = types.find((known) => known === words)
      assert.ok(type, line)
      current = { name: family, type, help: help.text, samples: [] }
      families.set(family, current)
    } else if (line !== '') {
      const sample = readSample(line)
      assert.ok(current && belongsTo(sample, current), `a sample must stand below its TYPE: ${line}`)
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
      assert.ok(!seen.has(key), `a sample must be there once: ${line}`)
      seen.add(key)
      current.samples.push(sample)
    }
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family)
  return new Metrics([...families.values()])
}

function readSample(line: string): Sample {
  const match = sampling.exec(line)
  assert.ok(match, `no sample: ${line}`)
  const [, sampled = '', labels = '', number = ''] = match
  const value = readNumber(number)
  assert.ok(value !== null, `no number: ${line}`)
  return { name: sampled, labels: readLabels(labels, line), value }
}

/** As Go reads numbers, with which Prometheus does: NaN and Inf in any case. @returns null for what is none. */
function readNumber(text: string): number | null {
  if (/^nan$/i.test(text)) return Number.NaN
  if (/^[+-]?inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return Number.isNaN(Number(text)) ? null : Number(text)
}

function readLabels(text: string, line: string): Labels {
  const labels: Record<string, string> = {}
  for (let rest = text; rest !== ''; ) {
    const match = labelling.exec(rest)
    assert.ok(match, `no labels: ${line}`)
    const [all, label = '', value = ''] = match
    assert.ok(!Object.hasOwn(labels, label), `a label must be there once: ${line}`)
    labels[label] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    rest = rest.slice(all.length)
  }
  return labels
}

function belongsTo({ name: sampled }: Sample, { name: family, type }: Family): boolean {
  if (sampled === family) return type !== 'histogram'
  if (type === 'histogram') return ['_bucket', '_sum', '_count'].some((end) => sampled === family + end)
  return type === 'summary' && ['_sum', '_count'].some((end) => sampled === family + end)
}

function checkHistogram({ name: family, samples }: Family): void {
  const series = new Map<string, { buckets: [number, number][]; count: number | null }>()
  for (const { name: sampled, labels, value } of samples) {
    const { le, ...others } = labels
    const key = JSON.stringify(Object.entries(others).sort())
    const entry = series.get(key) ?? { buckets: [], count: null }
    series.set(key, entry)
    if (sampled.endsWith('_bucket')) entry.buckets.push([le === '+Inf' ? Infinity : Number(le), value])
    if (sampled.endsWith('_count')) entry.count = value
  }
  for (const [labels, { buckets, count }] of series) {
    const sorted = buckets.toSorted(([a], [b]) => a - b)
    assert.equal(sorted.at(-1)?.[0], Number.POSITIVE_INFINITY, `${family} ${labels} needs a bucket +Inf`)
    assert.equal(sorted.at(-1)?.[1], count, `${family} ${labels}: the last bucket is the count`)
    sorted.reduce((before, [, value]) => {
      assert.ok(value >= before, `${family} ${labels}: buckets grow`)
      return value
    }, 0)
  }
}
