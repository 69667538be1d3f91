/** What a PromQL query asks for, read by Prometheus' own grammar, and whether a scrape has it. */
import assert from 'node:assert/strict'
import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import type { Metrics } from './prometheus-text.ts'

export interface Query {
  readonly expr: string
  /** A legend, a summary: text with `{{ account }}` or `{{ $labels.account }}` in it. */
  readonly texts: readonly string[]
}

/** Labels that Prometheus itself puts on everything that it scrapes. */
const targetLabels = ['job', 'instance']

/** @returns what the query asks for and the scrape does not have; `up` is Prometheus' own. */
export function missingIn(metrics: Metrics, { expr, texts }: Query): string[] {
  const tree = parser.parse(expr).topNode
  assert.ok(!expr.includes('⚠') && descendants(tree, '⚠').length === 0, `no PromQL: ${expr}`)
  const text = (node: SyntaxNode) => expr.slice(node.from, node.to)
  const problems: string[] = []

  const labelsOf = (selector: SyntaxNode): string[] => {
    const name = text(selector.getChild('Identifier')!)
    if (name === 'up') return targetLabels
    const samples = metrics.samples(name)
    if (samples.length === 0) problems.push(`no metric ${name}`)
    return [...targetLabels, ...samples.flatMap(({ labels }) => Object.keys(labels))]
  }
  for (const selector of descendants(tree, 'VectorSelector')) {
    const known = labelsOf(selector)
    for (const matcher of descendants(selector, 'UnquotedLabelMatcher')) {
      const [, label = '', operator = '', value = ''] =
        /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/.exec(text(matcher)) ?? []
      if (!known.includes(label)) problems.push(`no label ${label}: ${text(selector)}`)
      else if (!targetLabels.includes(label) && !hasValue(metrics, label, operator, value))
        problems.push(`no such value: ${text(matcher)}`)
    }
  }
  const grouped = descendants(tree, 'GroupingLabels').flatMap((node) => {
    const labels = descendants(node, 'LabelName').map(text)
    // `sum by (…) (…)`: what is summed has them; `on (…)`: one side at least.
    const within = enclosing(node, ['AggregateExpr', 'BinaryExpr'])
    const each = descendants(within, 'VectorSelector').map(labelsOf)
    for (const label of labels)
      if (!each.every((known) => known.includes(label))) problems.push(`no label ${label}: ${text(within)}`)
    return labels
  })
  const isAggregated = descendants(tree, 'AggregateExpr').length > 0
  const shown = isAggregated ? grouped : descendants(tree, 'VectorSelector').flatMap(labelsOf)
  for (const label of texts.flatMap(labelsIn))
    if (!shown.includes(label)) problems.push(`the result has no label ${label}: ${texts}`)
  return [...new Set(problems)]
}

/** A value may be absent from one metric for now: it counts if any of ours has it. */
function hasValue(metrics: Metrics, label: string, operator: string, value: string): boolean {
  const values = metrics.families.flatMap(({ samples }) =>
    samples.flatMap(({ labels }) => labels[label] ?? []),
  )
  if (!operator.endsWith('~')) return values.includes(value)
  return values.some((known) => new RegExp(`^(?:${value})$`).test(known))
}

const labelsIn = (text: string) =>
  [...text.matchAll(/\{\{\s*(?:\$labels\.)?([a-z_]+)[^}]*\}\}/g)].map((match) => String(match[1]))

function descendants(node: SyntaxNode, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = []
  node.cursor().iterate((at) => {
    if (name === '⚠' ? at.type.isError : at.name === name) found.push(at.node)
  })
  return found.filter((inner) => inner.from >= node.from && inner.to <= node.to)
}

function enclosing(node: SyntaxNode, names: readonly string[]): SyntaxNode {
  for (let outer = node.parent; outer !== null; outer = outer.parent)
    if (names.includes(outer.name)) return outer
  throw new Error('a grouping stands in an aggregation or an operation')
}
