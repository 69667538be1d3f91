/** One call to Gem: all of it are GETs. */
export interface Call {
  path: string
  /** The path as people may see it: without ids. */
  label: string
  page?: number
  perPage?: number
  query: Record<string, string>
  signal: AbortSignal | undefined
  /** On a connection that no other call has used. */
  freshConnection?: boolean | undefined
}

/** Names the call in errors and logs. Query values stay out: they may be e-mail addresses. */
export function describeCall(call: Pick<Call, 'label' | 'page' | 'perPage'>): string {
  const page = call.page === undefined ? '' : ` page ${call.page} (${call.perPage} per page)`
  return `GET ${call.label}${page}`
}

export function pathAndQuery(call: Call): string {
  const query = new URLSearchParams(call.query).toString()
  return query === '' ? call.path : `${call.path}?${query}`
}
