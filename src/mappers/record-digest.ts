import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { copyText, type PartialText, type RecordText, textWithout } from '../gem/record-text.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { mostBytes } from '../utf8.ts'
import type { MappingSettings, Model } from './model.ts'
import { withoutEmbedded } from './read-record.ts'

/** What decides, besides a record, what becomes of it: as text. */
export type MappingRules = string

/** The rules by which an account's records are mapped: its settings, and the code with its libraries. */
export function mappingRules(
  { jobBoard, integrationFields }: MappingSettings,
  code = thisCode(),
): MappingRules {
  return JSON.stringify([code, jobBoard, integrationFields])
}

/** A record as Gem sent it. */
export interface SentRecord {
  readonly raw: unknown
  /** Its own text; null where that cannot be taken as it is. */
  readonly text: RecordText | null
  /** Gem's id of the record in which this copy was embedded. */
  readonly holder: string | null
}

export interface DigestedRecord {
  /** 32 hexadecimal digits, which PostgreSQL reads as a UUID. */
  readonly digest: string
  /** The record as JSON, without records that are embedded in it. */
  readonly json: string | PartialText
}

/** Digests the records of one model: each of them at each sync. */
export class RecordDigester {
  readonly #model: Model
  readonly #headLength: number
  /** The rules, and behind them what each record writes over the one before. */
  #scratch: Buffer

  constructor(model: Model, rules: MappingRules) {
    this.#model = model
    this.#scratch = Buffer.from(JSON.stringify([rules, model.table]))
    this.#headLength = this.#scratch.length
  }

  /**
   * SHA-256, cut to 128 bits, of a record and the rules that map it. Records with one digest become one row. Signed URLs
   * differ at each read: as in `sync.without_attachment_urls`, they alone are no difference.
   *
   * @param sent a record with an id
   * @returns null where there is more to be told of the record than its digest is made of.
   */
  digest({ raw, text, holder }: SentRecord): DigestedRecord | null {
    const record = raw as JsonObject
    const { heldBy } = this.#model
    // A copy that says itself whose it is means the same wherever it stands.
    const impliedHolder = heldBy !== undefined && !record[heldBy] ? holder : null
    const attachments = unsignedAttachments(record)
    const isAll = impliedHolder === null && attachments === null
    const rest = isAll ? '' : JSON.stringify([impliedHolder, attachments])
    if (text !== null) {
      const { embedded } = text
      const told = attachments === null ? [embedded] : [embedded, text.attachments]
      return { digest: this.#hash(textWithout(text, told), rest), json: textWithout(text, [embedded]) }
    }
    const own = withoutEmbedded(this.#model, record)
    if (own === null) return null
    const json = JSON.stringify(own)
    const told = attachments === null ? json : JSON.stringify({ ...own, attachments: undefined })
    return { digest: this.#hash(told, rest), json }
  }

  #hash(told: string | PartialText, rest: string): string {
    const longest = typeof told === 'string' ? mostBytes(told) : told.end - told.start
    this.#makeRoom(this.#headLength + longest + mostBytes(rest))
    let at = this.#headLength
    at += typeof told === 'string' ? this.#scratch.write(told, at) : copyText(told, this.#scratch, at)
    at += this.#scratch.write(rest, at)
    return hash('sha256', this.#scratch.subarray(0, at), 'hex').slice(0, 32)
  }

  #makeRoom(length: number): void {
    if (length <= this.#scratch.length) return
    const head = this.#scratch.subarray(0, this.#headLength)
    this.#scratch = Buffer.concat([head, Buffer.alloc(2 * length)])
  }
}

/** As JSON, without the URLs; null where the record has none. */
function unsignedAttachments({ attachments }: JsonObject): string | null {
  if (!Array.isArray(attachments) || attachments.length === 0) return null
  const unsigned = attachments.map((attachment) =>
    isJsonObject(attachment) ? { ...attachment, url: undefined } : attachment,
  )
  return JSON.stringify(unsigned)
}

let known: string | null = null

/** Of the product's own code and of the versions of its libraries: another worker may map otherwise. */
function thisCode(): string {
  known ??= hash('sha256', sources().join('\0'), 'base64url')
  return known
}

function sources(): string[] {
  const root = new URL('../', import.meta.url)
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name))
    .map(({ parentPath, name }) => `${parentPath}/${name}`)
    .sort()
  return [...files, new URL('../../package.json', import.meta.url)].map((file) => readFileSync(file, 'utf8'))
}
