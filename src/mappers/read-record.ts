import type { JsonObject } from '../json.ts'
import { isRecord, withDoubles } from './json-type.ts'
import type { DeletionMark, MappingContext, MappingSettings, Model, Pair } from './model.ts'
import { isRemoteId, readId } from './remote-id.ts'
import { asItIs, sanitise } from './sanitise.ts'
import { shapeProblem } from './shape-problem.ts'

/** A record that becomes a row. References, facts and pairs name other records by Gem's ids. */
export interface MappedRecord {
  readonly kind: 'mapped'
  readonly remoteId: string
  /** Gem's own mark of deletion. */
  readonly deleted: DeletionMark | null
  readonly columns: Readonly<Record<string, unknown>>
  readonly references: Readonly<Record<string, string | null>>
  /** For computed values of other rows; its type is the model's (`JobStageFacts` …). Null: nothing. */
  readonly facts: unknown
  readonly pairs: readonly Pair[]
  /** The object as Gem sent it, storable, without records that are embedded in it. */
  readonly remoteData: JsonObject
  /** Nothing had to be made storable in it. */
  readonly isAsSent: boolean
  /** The field that this embedded copy left out, because its holder says it. */
  readonly impliedKey: string | null
  readonly warnings: number
}

/** A record that cannot be mapped: what is kept of it, and why. */
export interface RejectedRecord {
  readonly kind: 'rejected'
  /** Null where there is no id that a row could have. */
  readonly remoteId: string | null
  /** Field paths and JSON types; never a value of the record. */
  readonly reason: string
  /** The value as sent, storable. What lies too deep is null in it. */
  readonly raw: unknown
  /** Gem's id of the record in which this copy was embedded; null for a list's own. */
  readonly holder: string | null
}

export interface ReadOptions {
  /** False where what was parsed is known to hold nothing that `sanitise` looks for. */
  readonly needsSanitising: boolean
  /** Gem's id of the candidate in which this application was embedded. */
  readonly holder?: string
}

/** Reads one record of Gem's: checks its id and shape, then maps it. Never throws, whatever JSON it is given. */
export function readRecord(
  model: Model,
  raw: unknown,
  settings: MappingSettings,
  options: ReadOptions,
): MappedRecord | RejectedRecord {
  const id = readId(raw)
  const rejected = (remoteId: string | null, reason: string): RejectedRecord => {
    const { value } = sanitise(raw ?? null)
    return { kind: 'rejected', remoteId, reason, raw: value, holder: options.holder ?? null }
  }
  if ('problem' in id) return rejected(null, id.problem)
  try {
    const read = readFields(model, raw as JsonObject, settings, options)
    if (typeof read === 'string') return rejected(id.remoteId, read)
    return { kind: 'mapped', remoteId: id.remoteId, ...read }
  } catch (error) {
    // A fault of ours: it may cost this record, not its page for ever. Its message could hold the record's values.
    return rejected(
      id.remoteId,
      `record: mapping failed (${error instanceof Error ? error.name : 'unknown'})`,
    )
  }
}

/** @returns why the record cannot be mapped, if it cannot. */
function readFields(
  model: Model,
  raw: JsonObject,
  settings: MappingSettings,
  options: ReadOptions,
): Omit<MappedRecord, 'kind' | 'remoteId'> | string {
  const own = withoutField(raw, model.embeds)
  const sanitised = options.needsSanitising ? sanitise(own) : asItIs(own)
  if (sanitised.problem !== null) return `record: ${sanitised.problem}`
  const record = sanitised.value as JsonObject
  // For zod, a number that is kept digit by digit would be an object.
  const shape = sanitised.rawNumbers ? withDoubles(record) : record
  const parsed = model.gem.safeParse(shape)
  if (!parsed.success) return shapeProblem(shape, parsed.error)

  const context = new Context(settings, options.holder ?? null)
  if (model.embeds !== undefined) checkEmbedded(raw[model.embeds], model.embeds, context)
  // The record itself is mapped, not what zod made of it: zod's copy loses keys that are not in the schema.
  const mapped = model.map(record, context)
  return {
    ...mapped,
    ...(record === own ? {} : linksAsSent(model, own, context)),
    remoteData: record,
    isAsSent: record === own,
    impliedKey: impliedKey(model, record, context.holder),
    warnings: context.warnings,
  }
}

/** The applications in a raw candidate, each to be read by itself; nulls and what is no list are left out. */
export function embeddedApplications(candidate: unknown): unknown[] {
  const list = isRecord(candidate) ? candidate.applications : null
  return Array.isArray(list) ? list.filter((raw) => raw !== null) : []
}

/** The record without others that are embedded in it; null where their list is not as Gem sends it, which is warned of. */
export function withoutEmbedded({ embeds }: Model, record: JsonObject): JsonObject | null {
  const list = embeds === undefined ? undefined : record[embeds]
  const isOdd = list !== undefined && list !== null && (!Array.isArray(list) || list.includes(null))
  return isOdd ? null : withoutField(record, embeds)
}

/**
 * References of a record that holds characters that cannot be stored: read from what Gem sent, since an id that was
 * made storable could name somebody else.
 */
function linksAsSent(model: Model, own: JsonObject, { settings, holder }: Context) {
  const { references, pairs, facts } = model.map(own, new Context(settings, holder))
  return { references, pairs, facts: sanitise(facts).value }
}

class Context implements MappingContext {
  readonly settings: MappingSettings
  readonly holder: string | null
  warnings = 0

  constructor(settings: MappingSettings, holder: string | null) {
    this.settings = settings
    this.holder = holder
  }

  warn(): void {
    this.warnings++
  }

  reference(id: string | null | undefined): string | null {
    return id && isRemoteId(id) ? id : null
  }
}

function withoutField(record: JsonObject, field: string | undefined): JsonObject {
  if (field === undefined || !Object.hasOwn(record, field)) return record
  const { [field]: _, ...rest } = record
  return rest
}

/** What cannot be read of an embedded list never rejects its holder, but it is counted. */
function checkEmbedded(list: unknown, field: string, context: MappingContext): void {
  if (list === null || list === undefined) return
  if (!Array.isArray(list)) context.warn(`${field}: not a list`)
  else for (const element of list) if (element === null) context.warn(`${field}: null element`)
}

function impliedKey({ heldBy }: Model, record: JsonObject, holder: string | null): string | null {
  return heldBy !== undefined && holder !== null && !Object.hasOwn(record, heldBy) ? heldBy : null
}
