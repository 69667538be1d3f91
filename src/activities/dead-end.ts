import type { Cursor } from '../database/checkpoints.ts'
import type { DeadEnd } from '../errors.ts'
import { deadEndError } from '../gem/dead-end.ts'
import { fingerprintOf, mostRowsOf } from '../gem/list-reading.ts'
import { streams } from '../streams.ts'
import type { Slice, SliceContext } from './slice-context.ts'
import { queryOf } from './steps.ts'

/**
 * Looks at the place where a list could not be read on in an earlier run, before all pages up to there are read again:
 * a list that never gets better costs two calls a run.
 *
 * @throws TryAgainError if it still cannot be read on there.
 */
export async function tryDeadEnd(
  { gem, settings, signal }: SliceContext,
  { stream }: Slice,
  cursor: Cursor,
  deadEnd: DeadEnd,
): Promise<void> {
  const { path } = streams[stream]
  const { perPage, sameAs, rows } = deadEnd
  const query = queryOf(stream, cursor)
  const fetch = (page: number) => gem.fetchPage({ path, query, page, perPage, signal })

  const { records, pagination } = await fetch(deadEnd.page)
  if (records.length === 0) return
  const total = pagination?.total ?? null
  if (sameAs === null) {
    if (rows >= mostRowsOf(total, settings.mostRows)) throw deadEndError(path, deadEnd, total)
    return
  }
  const earlier = await fetch(sameAs)
  if (fingerprintOf(earlier.records) === fingerprintOf(records)) throw deadEndError(path, deadEnd, total)
}
