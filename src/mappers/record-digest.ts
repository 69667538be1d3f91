import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { isJsonObject, type JsonObject } from '../json.ts'
import type { MappingSettings, Model } from './model.ts'

/** What decides, besides a record, what becomes of it: as text. */
export type MappingRules = string

/** The rules by which an account's records are mapped: its settings, and the code with its libraries. */
export function mappingRules(
  { jobBoard, integrationFields }: MappingSettings,
  code = thisCode(),
): MappingRules {
  return JSON.stringify([code, jobBoard, integrationFields])
}

export interface DigestedRecord {
  /** 32 hexadecimal digits, which PostgreSQL reads as a UUID. */
  readonly digest: string
  /** The record as JSON text. */
  readonly json: string
}

/**
 * SHA-256, cut to 128 bits, of a record and the rules that map it. Records with one digest become one row. Signed URLs
 * differ at each read: as in `sync.without_attachment_urls`, they alone are no difference.
 *
 * @param own the record as Gem sent it, without records that are embedded in it.
 * @param holder Gem's id of the record in which this copy was embedded.
 */
export function digestRecord(
  model: Model,
  rules: MappingRules,
  own: JsonObject,
  holder: string | null,
): DigestedRecord {
  // A copy that says itself whose it is means the same wherever it stands.
  const impliedHolder = model.heldBy !== undefined && !own[model.heldBy] ? holder : null
  const head = JSON.stringify([rules, model.table, impliedHolder])
  const json = JSON.stringify(own)
  const unsigned = withoutAttachmentUrls(own)
  const digested = unsigned === own ? json : JSON.stringify(unsigned)
  return { digest: hash('sha256', head + digested, 'hex').slice(0, 32), json }
}

function withoutAttachmentUrls(record: JsonObject): JsonObject {
  const { attachments } = record
  if (!Array.isArray(attachments) || attachments.length === 0) return record
  const unsigned = attachments.map((attachment) =>
    isJsonObject(attachment) ? { ...attachment, url: undefined } : attachment,
  )
  return { ...record, attachments: unsigned }
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
