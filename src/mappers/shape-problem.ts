import type { z } from 'zod'
import { jsonType } from './json-type.ts'

type Issue = z.core.$ZodIssue

/**
 * What is wrong with a record's shape: the paths of fields with the JSON types expected and received. Only names
 * that the schema knows and positions in lists are told, never a value: reasons are logged and shown.
 */
export function shapeProblem(record: unknown, { issues }: z.core.$ZodError): string {
  return issues
    .slice(0, maxTold)
    .flatMap((issue) => describe(record, issue, []))
    .join('; ')
}

const maxTold = 5

function describe(record: unknown, issue: Issue, parents: readonly PropertyKey[]): string[] {
  const path = [...parents, ...issue.path]
  if (issue.code === 'invalid_union') {
    const nested = issue.errors.flat()
    const deeper = nested.filter((inner) => inner.path.length > 0)
    if (deeper.length > 0) return deeper.flatMap((inner) => describe(record, inner, path))
    return [line(record, path, nested.map(expected).join(' or '))]
  }
  return [line(record, path, expected(issue))]
}

function line(record: unknown, path: readonly PropertyKey[], wanted: string): string {
  return `${formatPath(path)}: expected ${wanted}, received ${jsonType(valueAt(record, path))}`
}

function expected(issue: Issue): string {
  if (issue.code === 'invalid_type') return issue.expected === 'int' ? 'integer' : issue.expected
  if (issue.code === 'custom') return String(issue.params?.expected)
  return 'integer'
}

function formatPath(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text.replace(/^\./, '') || 'record'
}

function valueAt(record: unknown, path: readonly PropertyKey[]): unknown {
  let value = record
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
  return value
}
