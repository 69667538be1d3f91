import {
  type AbsenceCounts,
  countAbsences,
  countSeen,
  type FullPass,
  findControl,
  listAbsent,
  markGone,
  type Row,
  readingsAgree,
} from '../database/absences.ts'
import type { Cursor } from '../database/checkpoints.ts'
import { models } from '../mappers/registry.ts'
import { streams } from '../streams.ts'
import { commitFound } from './commit-found.ts'
import { deletionGuard } from './deletion-guard.ts'
import { mostRounds, type Reached, rereadFrom } from './read-list.ts'
import { lookById, mostIdsALook, type Verdict } from './second-look.ts'
import type { Slice, SliceContext } from './slice-context.ts'

/** Rows marked in one transaction where two readings of the whole list have proven them gone. */
const batch = 500

/**
 * The end of a full pass: rows that no page has shown are gone only if a second look says so too: a look by id, and
 * where there is none a second reading that agrees with the first. Where so many are absent that reading again takes
 * fewer calls, that comes first, and one look by id suffices if it says the same. A look by id that finds a row alive
 * means that the list has shifted under the reader, who then reads it again.
 */
export async function lookForAbsent(context: SliceContext, slice: Slice, cursor: Cursor): Promise<Reached> {
  const pass: FullPass = { ...slice, model: models[streams[slice.stream].model] }
  const counts = await countAbsences(context.db, pass)
  // A record whose id could not be read may be any of the rows that seem absent.
  if (counts.absent === 0 || cursor.unreadable > 0) return done(cursor)

  const keepAbsent = cursor.cleared ? null : await whyToKeep(context, slice, pass, cursor, counts)
  if (keepAbsent !== null) {
    context.meter.deletionsHeldBack(pass.model.table)
    context.log.warn({ why: keepAbsent }, 'deletions are held back')
    return done({ ...cursor, keepAbsent })
  }
  const cleared = { ...cursor, cleared: true }

  const readable = cleared.round + 1 < mostRounds
  const areMany = counts.absent > Math.max(mostIdsALook, pagesOf(counts, cleared))
  if (areMany && cleared.completeRounds < 2 && readable) return goOn(rereadFrom(cleared))
  const agreed = await isProvenByReading(context, slice, pass, cleared)
  return await lookOneByOne(context, slice, pass, cleared, { readable, agreed })
}

async function whyToKeep(
  { db, settings }: SliceContext,
  { confirmDeletions }: Slice,
  pass: FullPass,
  { round }: Cursor,
  counts: AbsenceCounts,
): Promise<string | null> {
  if (confirmDeletions) return null
  return deletionGuard({
    ...counts,
    seen: await countSeen(db, pass, { from: round, to: round }),
    table: pass.model.table,
    ...settings.deletions,
  })
}

/** Two complete readings of a list that rested. A list that is empty each time counts once a person confirms. */
async function isProvenByReading(
  { db }: SliceContext,
  { confirmDeletions }: Slice,
  pass: FullPass,
  { completeRounds, round }: Cursor,
): Promise<boolean> {
  if (completeRounds < 2) return false
  if (await readingsAgree(db, pass, round - 1, round)) return true
  return confirmDeletions && (await countSeen(db, pass, { from: round - 1, to: round })) === 0
}

async function markAll(
  context: SliceContext,
  slice: Slice,
  pass: FullPass,
  cursor: Cursor,
): Promise<Reached> {
  for (;;) {
    const absent = await listAbsent(context.db, pass, batch)
    if (absent.length === 0) return done(cursor)
    await mark(context, slice, pass, cursor, absent)
  }
}

async function mark(
  { db, meter }: SliceContext,
  { leaseEpoch, retries }: Slice,
  pass: FullPass,
  cursor: Cursor,
  gone: readonly Row[],
): Promise<void> {
  const deleted = await markGone(db, pass, { leaseEpoch, cursor, ids: gone.map((row) => row.id) })
  if (deleted > 0) retries.madeProgress({ isNews: true })
  meter.rowsWritten(pass.model.table, { deleted })
}

/** Looks absent rows up by their ids, marks those that Gem does not know and takes in those that it does. */
async function lookOneByOne(
  context: SliceContext,
  slice: Slice,
  pass: FullPass,
  from: Cursor,
  { readable, agreed }: { readonly readable: boolean; readonly agreed: boolean },
): Promise<Reached> {
  let cursor = from
  for (;;) {
    const absent = await listAbsent(context.db, pass, mostIdsALook)
    if (absent.length === 0) {
      if (!cursor.drifted || cursor.readAgain) return done(cursor)
      return goOn(rereadFrom({ ...cursor, drifted: false, readAgain: true }))
    }
    const control = await findControl(context.db, pass)
    const verdict: Verdict =
      control === null ? { kind: 'unproven' } : await lookById(context, slice, absent, control)
    if (verdict.kind === 'out of budget') return { end: { kind: 'more' } }
    const isContradicted = verdict.kind === 'proven' && verdict.found.length > 0
    if (agreed && !cursor.drifted && !isContradicted) return await markAll(context, slice, pass, cursor)
    // Without a look that can be trusted, a second reading is the look; without one left, the next full sync's.
    if (verdict.kind === 'unproven') return readable ? goOn(rereadFrom(cursor)) : done(cursor)
    if (verdict.found.length > 0) {
      cursor = { ...cursor, drifted: true }
      const outcome = await commitFound(context, slice, cursor, verdict)
      if (outcome.accountState !== 'ACTIVE') return { end: { kind: 'halted' } }
    }
    await mark(context, slice, pass, cursor, verdict.gone)
  }
}

/** Calls that a reading of the whole list takes. */
const pagesOf = ({ alive }: AbsenceCounts, { size }: Cursor) => Math.ceil((alive + 1) / size.perPage)

const goOn = (cursor: Cursor): Reached => ({ end: null, cursor })

const done = (cursor: Cursor): Reached => goOn({ ...cursor, step: { kind: 'done' } })
