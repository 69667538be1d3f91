import type { Row } from '../database/absences.ts'
import { CredentialsRefusedError, RequestRefusedError } from '../errors.ts'
import type { GemPage } from '../gem/client.ts'
import { toQuery } from '../gem/filters.ts'
import { isJsonObject } from '../json.ts'
import { type StreamName, streams } from '../streams.ts'
import type { Slice, SliceContext } from './slice-context.ts'

/** Rows that one look asks for; with the control Harvest's, and so probably Gem's, limit of 50 ids a call. */
export const mostIdsALook = 20

export type Verdict =
  | {
      readonly kind: 'proven'
      readonly gone: readonly Row[]
      /** Records that Gem still knows, as it sent them. */
      readonly found: readonly unknown[]
      readonly needsSanitising: boolean
    }
  /** The look did not find the control either, or cannot be made: it says nothing. */
  | { readonly kind: 'unproven' }
  | { readonly kind: 'out of budget' }

/** Without a control, rows that are found are alive, but not to find a row says nothing. */
type Look = (
  context: SliceContext,
  slice: Slice,
  absent: readonly Row[],
  control: Row | null,
) => Promise<Verdict>

/** Looks by id: candidates by their filter, others (and candidates where the filter fails) by reading the items. */
export const lookById: Look = async (context, slice, absent, control) => {
  const byFilter = looksByFilter[slice.stream]
  if (byFilter !== undefined) {
    const verdict = await attempt(byFilter, context, slice, absent, control)
    if (verdict.kind !== 'unproven') return verdict
  }
  return await attempt(readItems, context, slice, absent, control)
}

/**
 * The look for a list that is empty, in which no control can be found alive. A filter asks the same list, so that each
 * item is read beside it.
 */
export async function lookByItems(
  context: SliceContext,
  slice: Slice,
  absent: readonly Row[],
): Promise<Verdict> {
  const byFilter = looksByFilter[slice.stream]
  const verdict = byFilter && (await attempt(byFilter, context, slice, absent, null))
  if (verdict?.kind === 'proven' && verdict.found.length > 0) return verdict
  return await attempt(readItems, context, slice, absent, null)
}

/** A look that Gem refuses (no such route, no such filter, not permitted) is no look. */
const attempt = async (look: Look, ...args: Parameters<Look>): Promise<Verdict> => {
  try {
    return await look(...args)
  } catch (error) {
    if (error instanceof RequestRefusedError || error instanceof CredentialsRefusedError)
      return { kind: 'unproven' }
    throw error
  }
}

const filterCandidates: Look = async ({ gem, signal }, slice, absent, control) => {
  const rows = control === null ? absent : [...absent, control]
  // How Gem writes a list of ids is not known for sure; one with a comma in an id could be read otherwise.
  if (rows.some(({ remoteId }) => remoteId.includes(','))) return { kind: 'unproven' }
  if (!slice.mayCall()) return { kind: 'out of budget' }
  const query = toQuery({ include_deleted: true, candidate_ids: rows.map((row) => row.remoteId).join(',') })
  const fetch = (page: number) =>
    gem.fetchPage({ path: streams.candidates.path, query, page, perPage: 100, signal })
  const page = await fetch(1)
  const ids = new Set(page.records.map(idOf))
  const asked = new Set(rows.map((row) => row.remoteId))
  // A filter that the server ignores answers with others.
  const isHonest =
    (control === null || ids.has(control.remoteId)) && [...ids].every((id) => id !== null && asked.has(id))
  if (!isHonest) return { kind: 'unproven' }
  const gone = absent.filter((row) => !ids.has(row.remoteId))
  if (gone.length > 0 && !(await isAll(page, () => fetch(2)))) return { kind: 'unproven' }
  return {
    kind: 'proven',
    gone,
    found: page.records.filter((record) => idOf(record) !== control?.remoteId),
    needsSanitising: page.needsSanitising,
  }
}

/** Whether a page shows all there is: Gem may send fewer rows than were asked for, and the others on a second one. */
async function isAll({ records, pagination }: GemPage, fetchNext: () => Promise<GemPage>): Promise<boolean> {
  if (pagination !== null) return pagination.total <= records.length
  const shown = new Set(records.map(idOf))
  return (await fetchNext()).records.every((record) => shown.has(idOf(record)))
}

const looksByFilter: Partial<Record<StreamName, Look>> = { candidates: filterCandidates }

/**
 * Reads the control, then row after row until the slice has no room left: what was looked at by then counts, since a
 * slow Gem would otherwise never let a look end.
 */
const readItems: Look = async (context, slice, absent, control) => {
  if (!slice.mayCall()) return { kind: 'out of budget' }
  if (control !== null) {
    const known = await readItem(context, slice, control)
    if (!known.found || !known.isIt) return { kind: 'unproven' }
  }
  const gone: Row[] = []
  const found: unknown[] = []
  let needsSanitising = false
  for (const [index, row] of absent.entries()) {
    if (!slice.mayCall() && index > 0) break
    const item = await readItem(context, slice, row)
    if (!item.found) gone.push(row)
    else if (!item.isIt) return { kind: 'unproven' }
    else {
      found.push(item.record)
      needsSanitising ||= item.needsSanitising
    }
  }
  return { kind: 'proven', gone, found, needsSanitising }
}

/** `isIt`: the answer is about the row that was asked for. */
async function readItem({ gem, signal }: SliceContext, { stream }: Slice, row: Row) {
  const item = await gem.fetchItem({ path: streams[stream].path, id: row.remoteId, signal })
  return item.found ? { ...item, isIt: idOf(item.record) === row.remoteId } : item
}

const idOf = (record: unknown) => (isJsonObject(record) && typeof record.id === 'string' ? record.id : null)
