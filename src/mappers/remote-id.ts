import { isRecord, jsonType } from './json-type.ts'
import { isStorable } from './sanitise.ts'

const maxBytes = 1000

/** Why a value cannot be the id of a row, null if it can. Ids are opaque: blanks are as good as any character. */
function problemOf(id: string): string | null {
  if (id === '') return 'empty'
  if (!isStorable(id)) return 'has U+0000 or a lone surrogate'
  if (Buffer.byteLength(id) > maxBytes) return 'longer than 1,000 bytes'
  return null
}

/** Whether a row could have this id. */
export function isRemoteId(id: string): boolean {
  return problemOf(id) === null
}

export type ReadId = { readonly remoteId: string } | { readonly problem: string }

/** The id of a raw record, byte for byte, or why it has none. */
export function readId(raw: unknown): ReadId {
  if (!isRecord(raw)) return { problem: `record: expected object, received ${jsonType(raw)}` }
  const id = Object.hasOwn(raw, 'id') ? raw.id : undefined
  if (typeof id !== 'string') return { problem: `id: expected string, received ${jsonType(id)}` }
  const problem = problemOf(id)
  return problem === null ? { remoteId: id } : { problem: `id: ${problem}` }
}
