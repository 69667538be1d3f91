import { hash } from 'node:crypto'
import { mostBytes } from '../utf8.ts'

const namespace = Buffer.from('0b9e5c1e6d0f5a578f0e3c5d2a9b7f41', 'hex')

/**
 * The id of a row, a UUID of version 5 (RFC 9562): the same in every database that mirrors the account. A page takes
 * thousands of them, so they are made here, several times as fast as by the library that the tests compare them with.
 *
 * @param remoteIds Gem's id of the record; for a join row both parents' ids, in the order of its columns.
 */
export function rowId(account: string, table: string, ...remoteIds: readonly string[]): string {
  const name = JSON.stringify([account, table, ...remoteIds])
  const digest = hash('sha1', inNamespace(name), 'hex')
  // Two bits of the 17th digit are the variant's.
  const variant = '89ab'.charAt(Number.parseInt(digest.charAt(16), 16) % 4)
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `5${digest.slice(13, 16)}`,
    variant + digest.slice(17, 20),
    digest.slice(20, 32),
  ].join('-')
}

type IdsByTable = Map<string, Map<string, string>>

/** The ids of a page's rows and of their parents: most of its records name the same few jobs and stages. */
export class RowIds {
  readonly account: string
  readonly #ofPage: IdsByTable = new Map()
  readonly #lasting: IdsByTable

  constructor(account: string) {
    this.account = account
    this.#lasting = lastingOf(account)
  }

  of(table: string, remoteId: string): string {
    const isLasting = lastingTables.has(table)
    const ids = idsOf(isLasting ? this.#lasting : this.#ofPage, table)
    const known = ids.get(remoteId)
    if (known !== undefined) return known
    const id = rowId(this.account, table, remoteId)
    ids.set(remoteId, id)
    if (isLasting) countLasting()
    return id
  }
}

function idsOf(ids: IdsByTable, table: string): Map<string, string> {
  const known = ids.get(table)
  if (known !== undefined) return known
  const ofTable = new Map<string, string>()
  ids.set(table, ofTable)
  return ofTable
}

/** Few rows, which pages of all lists name: their ids are made once, not once a page. */
const lastingTables = new Set(['users', 'jobs', 'application_stages'])
/** Some 5 MB. Where accounts have more of them all are made anew, as they are for a new page. */
const mostLasting = 20_000
const lasting = new Map<string, IdsByTable>()
let lastingCount = 0

function lastingOf(account: string): IdsByTable {
  const known = lasting.get(account)
  if (known !== undefined) return known
  const ofAccount: IdsByTable = new Map()
  lasting.set(account, ofAccount)
  return ofAccount
}

function countLasting(): void {
  if (++lastingCount < mostLasting) return
  lasting.clear()
  lastingCount = 0
}

/** Each call writes its name over the last one's; only longer names take memory of their own. */
const scratch = Buffer.concat([namespace, Buffer.alloc(1_000)])

function inNamespace(name: string): Buffer {
  if (namespace.length + mostBytes(name) > scratch.length)
    return Buffer.concat([namespace, Buffer.from(name)])
  return scratch.subarray(0, namespace.length + scratch.write(name, namespace.length))
}
