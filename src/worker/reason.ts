/** An error in its own words, for logs. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}

/** Statuses of gRPC that an operator can do something about. */
const grpcStatuses: Record<number, string> = {
  4: 'no answer in time',
  7: 'permission denied',
  12: 'not implemented',
  14: 'cannot be reached',
  16: 'not authenticated',
}

/** An error in few words that anybody may read: its code, never its text, which may quote hosts, users or values. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  if (!(error instanceof Error)) return 'unknown error'
  const code = 'code' in error ? error.code : undefined
  if (typeof code === 'number') return grpcStatuses[code] ?? `gRPC status ${code}`
  return typeof code === 'string' && /^[\w-]{1,60}$/.test(code) ? code : error.name
}
