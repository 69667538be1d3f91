/** Header names are in lower case. */
export type AnswerHeaders = ReadonlyMap<string, string>

/** What Gem, or whoever stands in front of it, answered. */
export interface Answer {
  status: number
  headers: AnswerHeaders
  /** Decoded from UTF-8 without its BOM; empty for an error whose body could not be read. */
  text: string
  /** Of the body after decompression. */
  bytes: number
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
