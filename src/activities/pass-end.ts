import { type AbsenceCounts, type FullPass, markGone, type Row } from '../database/absences.ts'
import type { Cursor } from '../database/checkpoints.ts'
import { forgetHeldBack, keepHeldBack } from '../database/held-back.ts'
import { streams } from '../streams.ts'
import { deletionGuard } from './deletion-guard.ts'
import type { Reached } from './read-list.ts'
import type { Slice, SliceContext } from './slice-context.ts'

export const goOn = (cursor: Cursor): Reached => ({ end: null, cursor })

export const done = (cursor: Cursor): Reached => goOn({ ...cursor, step: { kind: 'done' } })

/** Why absences that nobody has confirmed must not be marked; null if they may be looked into. */
export function whyToHoldBack(
  { settings }: SliceContext,
  { account, stream, confirmDeletions }: Slice,
  { alive, absent, heldBack }: AbsenceCounts,
  { isEmpty }: { readonly isEmpty: boolean },
): string | null {
  const confirmed = confirmDeletions ? heldBack : 0
  const { model: table } = streams[stream]
  return deletionGuard({ account, table, alive, absent, confirmed, isEmpty, ...settings.deletions })
}

/** The pass has judged all that it did not show. */
export async function conclude({ db }: SliceContext, slice: Slice, cursor: Cursor): Promise<Reached> {
  await forgetHeldBack(db, slice)
  return done(cursor)
}

/** What is still absent waits for a person. */
export async function holdBack(
  { db, meter, log }: SliceContext,
  { leaseEpoch }: Slice,
  pass: FullPass,
  from: Cursor,
  why: string | null,
): Promise<Reached> {
  const cursor: Cursor = { ...from, step: { kind: 'done' }, keepAbsent: why }
  await keepHeldBack(db, pass, { leaseEpoch, cursor })
  meter.deletionsHeldBack(pass.model.table)
  log.warn({ why }, 'deletions are held back')
  return goOn(cursor)
}

export async function mark(
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
