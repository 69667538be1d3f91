import { explainCondition } from '../database/conditions.ts'

/** An error in its own words, for logs, and what to do about it. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  if (!(error instanceof Error)) return String(error)
  const condition = explainCondition(error)
  return condition === null ? error.message : `${error.message}: ${condition}`
}

/** Statuses of gRPC that an operator can do something about. */
const grpcStatuses: Record<number, string> = {
  4: 'no answer in time',
  5: 'there is no such namespace; check TEMPORAL_NAMESPACE, or create it',
  7: 'permission denied',
  12: 'not implemented',
  14: 'cannot be reached',
  16: 'not authenticated',
}

/** An error in few words that anybody may read: its code and what we say of it, never its text, which may quote hosts, users or values. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  if (!(error instanceof Error)) return 'unknown error'
  const condition = explainCondition(error)
  const code = 'code' in error ? error.code : undefined
  if (condition !== null) return `${code}: ${condition}`
  if (typeof code === 'number') return grpcStatuses[code] ?? `gRPC status ${code}`
  return typeof code === 'string' && /^[\w-]{1,60}$/.test(code) ? code : error.name
}
