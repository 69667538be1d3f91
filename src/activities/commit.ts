import { commitPage, type PageCommit, type PageOutcome, type Place } from '../database/commit-page.ts'
import { inSpan } from '../tracing.ts'
import type { SliceContext } from './slice-context.ts'

/** Commits a page and tells of it, here alone: what was rolled back is not counted, what was kept is counted once. */
export async function commit(
  { db, meter, log }: Pick<SliceContext, 'db' | 'meter' | 'log'>,
  page: PageCommit,
  place?: Place,
): Promise<PageOutcome> {
  const start = performance.now()
  const outcome = await inSpan('commit page', {}, async (span) => {
    const committed = await commitPage(db, page, place)
    const { inserted, updated, unchanged, rejected } = committed
    span.setAttributes({ inserted, updated, unchanged, rejected, offset: page.cursor.offset })
    return committed
  })
  const { rejected, warnings, inserted, updated, unchanged, embedded } = outcome
  meter.pageCommitted(page.stream, { rejected, warnings, seconds: (performance.now() - start) / 1000 })
  meter.rowsWritten(page.page.model.table, { inserted, updated, unchanged })
  // As sync.run_streams counts them: copies that change nothing are not read for their own sake.
  if (page.embedded && embedded) {
    meter.rowsWritten(page.embedded.model.table, { inserted: embedded.inserted, updated: embedded.updated })
  }
  const line = { offset: page.cursor.offset, inserted, updated, unchanged, rejected, warnings }
  log.debug(line, 'page committed')
  if (rejected > 0) log.warn({ offset: page.cursor.offset, rejected }, 'records cannot be mapped')
  return outcome
}
