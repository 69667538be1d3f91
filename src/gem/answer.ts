/** Header names are in lower case. */
export type AnswerHeaders = ReadonlyMap<string, string>

/** What Gem, or whoever stands in front of it, answered. */
export interface Answer {
  status: number
  headers: AnswerHeaders
  /** After decompression; of a 200 it is UTF-8. Empty for an error whose body could not be read. */
  body: Buffer
  elapsedMs: number
}

/** Of a header that came several times only the first counts. */
export function toAnswerHeaders(raw: Record<string, string | string[] | undefined>): AnswerHeaders {
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(raw)) {
    const first = typeof value === 'string' ? value : value?.[0]
    if (first !== undefined) headers.set(name.toLowerCase(), first)
  }
  return headers
}

/** Without the byte order mark; what is not UTF-8, which only an error's body may be, becomes U+FFFD. */
export function textOf(body: Uint8Array): string {
  return new TextDecoder('utf-8').decode(body)
}
