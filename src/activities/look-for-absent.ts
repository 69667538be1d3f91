import {
  type AbsenceCounts,
  countAbsences,
  type FullPass,
  findControl,
  isEmptyReading,
  listAbsent,
  readingsAgree,
  type Which,
} from '../database/absences.ts'
import type { Cursor } from '../database/checkpoints.ts'
import { models } from '../mappers/registry.ts'
import { streams } from '../streams.ts'
import { commitFound } from './commit-found.ts'
import { judgeEmptyList } from './empty-list.ts'
import { conclude, done, goOn, holdBack, mark, whyToHoldBack } from './pass-end.ts'
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
  // A record whose id could not be read may be any of the rows that seem absent.
  if (cursor.unreadable > 0) return done(cursor)
  const pass: FullPass = { ...slice, model: models[streams[slice.stream].model] }
  const counts = await countAbsences(context.db, pass)
  if (counts.alive > 0 && (await isEmptyReading(context.db, pass, cursor.round)))
    return await judgeEmptyList(context, slice, pass, cursor, counts)
  if (counts.absent === 0) return await conclude(context, slice, cursor)

  // What is confirmed is judged in each slice: a key that changes meanwhile takes the confirmation away.
  const isJudged = cursor.cleared && !slice.confirmDeletions
  const why = isJudged ? null : whyToHoldBack(context, slice, counts, { isEmpty: false })
  const confirmed = slice.confirmDeletions ? counts.heldBack : 0
  if (why !== null && confirmed === 0) return await holdBack(context, slice, pass, cursor, why)
  const looked = why === null ? counts.absent : confirmed
  return await lookInto(context, slice, pass, { ...cursor, cleared: true }, { counts, looked, why })
}

interface Absences {
  readonly counts: AbsenceCounts
  /** How many of the absent are looked into. */
  readonly looked: number
  /** Why only those that a person has confirmed are; null: all are. */
  readonly why: string | null
}

async function lookInto(
  context: SliceContext,
  slice: Slice,
  pass: FullPass,
  cursor: Cursor,
  { counts, looked, why }: Absences,
): Promise<Reached> {
  const readable = cursor.round + 1 < mostRounds
  const areMany = looked > Math.max(mostIdsALook, pagesOf(counts, cursor))
  if (areMany && cursor.completeRounds < 2 && readable) return goOn(rereadFrom(cursor))
  const agreed =
    cursor.completeRounds >= 2 && (await readingsAgree(context.db, pass, cursor.round - 1, cursor.round))
  return await lookOneByOne(context, slice, pass, cursor, { readable, agreed, why })
}

interface Looking {
  /** The list may be read once more in this run. */
  readonly readable: boolean
  /** Two complete readings of a list that rested say the same. */
  readonly agreed: boolean
  readonly why: string | null
}

const whichOf = ({ why }: Looking): Which => (why === null ? 'all' : 'held back')

async function finish(
  context: SliceContext,
  slice: Slice,
  pass: FullPass,
  cursor: Cursor,
  { why }: Looking,
): Promise<Reached> {
  if (why === null) return await conclude(context, slice, cursor)
  return await holdBack(context, slice, pass, cursor, why)
}

async function markAll(
  context: SliceContext,
  slice: Slice,
  pass: FullPass,
  cursor: Cursor,
  looking: Looking,
): Promise<Reached> {
  for (;;) {
    const absent = await listAbsent(context.db, pass, batch, whichOf(looking))
    if (absent.length === 0) return await finish(context, slice, pass, cursor, looking)
    await mark(context, slice, pass, cursor, absent)
  }
}

/** Looks absent rows up by their ids, marks those that Gem does not know and takes in those that it does. */
async function lookOneByOne(
  context: SliceContext,
  slice: Slice,
  pass: FullPass,
  from: Cursor,
  looking: Looking,
): Promise<Reached> {
  const { readable, agreed } = looking
  let cursor = from
  for (;;) {
    const absent = await listAbsent(context.db, pass, mostIdsALook, whichOf(looking))
    if (absent.length === 0) {
      if (!cursor.drifted || cursor.readAgain) return await finish(context, slice, pass, cursor, looking)
      return goOn(rereadFrom({ ...cursor, drifted: false, readAgain: true }))
    }
    const control = await findControl(context.db, pass)
    const verdict: Verdict =
      control === null ? { kind: 'unproven' } : await lookById(context, slice, absent, control)
    if (verdict.kind === 'out of budget') return { end: { kind: 'more' } }
    const isContradicted = verdict.kind === 'proven' && verdict.found.length > 0
    if (agreed && !cursor.drifted && !isContradicted)
      return await markAll(context, slice, pass, cursor, looking)
    // Without a look that can be trusted, a second reading is the look; without one left, the next full sync's.
    if (verdict.kind === 'unproven')
      return readable ? goOn(rereadFrom(cursor)) : await finish(context, slice, pass, cursor, looking)
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
