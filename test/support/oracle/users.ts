import { flag, readRecord, text, texts } from './shape.ts'
import type { GemRecord, Row } from './types.ts'

export type User = GemRecord & { own: Row }

export function readUser(raw: unknown): User {
  const record = readRecord(raw)
  const disabled = flag(record.raw, 'disabled')
  const own = {
    ...names(record.raw),
    email: email(record.raw),
    status: disabled === true || record.deletedAt !== null ? 'INACTIVE' : 'ACTIVE',
  }
  return { ...record, own }
}

function names(raw: GemRecord['raw']): { first_name: string | null; last_name: string | null } {
  const first = text(raw, 'first_name')
  const last = text(raw, 'last_name')
  const name = text(raw, 'name')
  if (first !== null || last !== null || name === null) return { first_name: first, last_name: last }
  const blank = name.search(/\s/)
  if (blank < 0) return { first_name: name, last_name: null }
  return { first_name: name.slice(0, blank), last_name: name.slice(blank).trim() }
}

function email(raw: GemRecord['raw']): string | null {
  const primary = text(raw, 'primary_email_address')
  const others = texts(raw, 'emails').map((address) => text({ address }, 'address'))
  return [primary, ...others].find((address) => address !== null && isEmail(address)) ?? null
}

/** One `@`, a local part, a domain with a dot, no blanks, no control characters. */
export function isEmail(address: string): boolean {
  if (/[\s\p{Cc}]/u.test(address)) return false
  const parts = address.split('@')
  return parts.length === 2 && parts[0] !== '' && parts[1]!.includes('.')
}
