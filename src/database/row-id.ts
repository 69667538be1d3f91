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

/** The ids of a page's rows and of their parents: most of its records name the same few jobs and stages. */
export class RowIds {
  readonly account: string
  readonly #ofPage = new KnownIds(Number.POSITIVE_INFINITY)
  readonly #lasting: KnownIds
  readonly #groups = new Map<string, string>()

  /** @param lasting ids that outlive the page, of any account. */
  constructor(account: string, lasting = lastingIds) {
    this.account = account
    this.#lasting = lasting
  }

  of(table: string, remoteId: string): string {
    const ids = lastingTables.has(table) ? this.#lasting : this.#ofPage
    const group = this.#groupOf(table)
    return ids.get(group, remoteId) ?? ids.add(group, remoteId, rowId(this.account, table, remoteId))
  }

  /** One text a table: a new one for each id would be hashed anew. */
  #groupOf(table: string): string {
    const known = this.#groups.get(table)
    if (known !== undefined) return known
    const group = `${this.account}/${table}`
    this.#groups.set(table, group)
    return group
  }
}

/** Ids that have been made, by account and table. Where there are too many, all are forgotten: they can be made anew. */
export class KnownIds {
  readonly #most: number
  readonly #ids = new Map<string, Map<string, string>>()
  #size = 0

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#size
  }

  get(group: string, remoteId: string): string | undefined {
    return this.#ids.get(group)?.get(remoteId)
  }

  add(group: string, remoteId: string, id: string): string {
    if (this.#size >= this.#most) {
      this.#ids.clear()
      this.#size = 0
    }
    const ids = this.#ids.get(group) ?? new Map<string, string>()
    this.#ids.set(group, ids.set(remoteId, id))
    this.#size++
    return id
  }
}

/** Few rows, which pages of all lists name: their ids are made once, not once a page. */
const lastingTables = new Set(['users', 'jobs', 'application_stages'])
/** Some 5 MB of them. */
const lastingIds = new KnownIds(20_000)

/** Each call writes its name over the last one's; only longer names take memory of their own. */
const scratch = Buffer.concat([namespace, Buffer.alloc(1_000)])

function inNamespace(name: string): Buffer {
  if (namespace.length + mostBytes(name) > scratch.length)
    return Buffer.concat([namespace, Buffer.from(name)])
  return scratch.subarray(0, namespace.length + scratch.write(name, namespace.length))
}
