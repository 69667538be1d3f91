import { type AbsenceCounts, countAlive, type FullPass, listAbsent, type Row } from '../database/absences.ts'
import type { Cursor } from '../database/checkpoints.ts'
import { isJsonObject } from '../json.ts'
import { commitFound } from './commit-found.ts'
import { conclude, done, goOn, holdBack, mark, whyToHoldBack } from './pass-end.ts'
import { type Reached, rereadFrom } from './read-list.ts'
import { lookByItems, mostIdsALook } from './second-look.ts'
import type { Slice, SliceContext } from './slice-context.ts'

/** Known rows that are looked up before anything else. */
const sampleSize = 10

/**
 * The end of a full pass of a list that was empty although rows of it are stored. By itself that proves nothing, and
 * nothing is marked unless a person has confirmed it. Then two readings have to be empty, and each row is looked up:
 * there is no control that could be found alive, so a look proves nothing, but one row found alive contradicts.
 */
export async function judgeEmptyList(
  context: SliceContext,
  slice: Slice,
  pass: FullPass,
  cursor: Cursor,
  counts: AbsenceCounts,
): Promise<Reached> {
  // Copies embedded in other records have shown them, or windows of the list itself.
  if (counts.alive > counts.absent) return contradicted(context, pass, cursor)
  if (!cursor.cleared) {
    // Those that the pass before has seen are the likeliest to be there.
    const sample = await listAbsent(context.db, pass, sampleSize, 'others first')
    const looked = await lookUp(context, slice, pass, cursor, sample)
    if (looked.reached !== null) return looked.reached
  }
  const why = whyToHoldBack(context, slice, counts, { isEmpty: true })
  if (!slice.confirmDeletions || counts.heldBack === 0)
    return await holdBack(context, slice, pass, cursor, why)
  const cleared = { ...cursor, cleared: true }
  if (cursor.round === 0) return goOn(rereadFrom(cleared))
  return await markConfirmed(context, slice, pass, cleared, why)
}

async function markConfirmed(
  context: SliceContext,
  slice: Slice,
  pass: FullPass,
  cursor: Cursor,
  why: string | null,
): Promise<Reached> {
  for (;;) {
    const rows = await listAbsent(context.db, pass, mostIdsALook, 'held back')
    if (rows.length === 0)
      return why === null
        ? await conclude(context, slice, cursor)
        : await holdBack(context, slice, pass, cursor, why)
    const { reached, gone } = await lookUp(context, slice, pass, cursor, rows)
    if (reached !== null) return reached
    await mark(context, slice, pass, cursor, gone)
  }
}

interface LookedUp {
  /** What follows at once; null: none was found alive. */
  readonly reached: Reached | null
  readonly gone: readonly Row[]
}

async function lookUp(
  context: SliceContext,
  slice: Slice,
  pass: FullPass,
  cursor: Cursor,
  rows: readonly Row[],
): Promise<LookedUp> {
  const verdict = await lookByItems(context, slice, rows)
  if (verdict.kind === 'out of budget') return { reached: { end: { kind: 'more' } }, gone: [] }
  // Gem takes no look by id: then two readings and a person are all there is.
  if (verdict.kind === 'unproven') return { reached: null, gone: rows }
  if (verdict.found.length === 0) return { reached: null, gone: verdict.gone }
  const outcome = await commitFound(context, slice, cursor, verdict)
  if (outcome.accountState !== 'ACTIVE') return { reached: { end: { kind: 'halted' } }, gone: [] }
  const isAlive = (await countAlive(context.db, pass, rowsOf(rows, verdict.found))) > 0
  // What Gem itself has marked by now does not contradict.
  return { reached: isAlive ? contradicted(context, pass, cursor) : goOn(cursor), gone: [] }
}

function rowsOf(rows: readonly Row[], found: readonly unknown[]): Row[] {
  const ids = new Set(found.map((record) => (isJsonObject(record) ? record.id : null)))
  return rows.filter((row) => ids.has(row.remoteId))
}

/** What was held back before stays so: this pass has told nothing. */
function contradicted({ log }: SliceContext, { model: { table } }: FullPass, cursor: Cursor): Reached {
  const keepAbsent = `Gem shows no ${table} at all, but still has some of those that are known: the list is at fault, and nothing was marked as deleted`
  log.warn({ why: keepAbsent }, 'an empty list is contradicted')
  return done({ ...cursor, keepAbsent })
}
