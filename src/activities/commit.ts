import { commitPage, type PageCommit, type PageOutcome } from '../database/commit-page.ts'
import type { SliceContext } from './slice-context.ts'

/** Commits a page and tells of it, here alone: what was rolled back is not counted, what was kept is counted once. */
export async function commit(
  { db, meter, onProgress }: SliceContext,
  page: PageCommit,
): Promise<PageOutcome> {
  const start = performance.now()
  const outcome = await commitPage(db, page)
  const { rejected, warnings, inserted, updated, unchanged, embedded } = outcome
  meter.pageCommitted(page.stream, { rejected, warnings, seconds: (performance.now() - start) / 1000 })
  meter.rowsWritten(page.page.model.table, { inserted, updated, unchanged })
  // As sync.run_streams counts them: copies that change nothing are not read for their own sake.
  if (page.embedded && embedded) {
    meter.rowsWritten(page.embedded.model.table, { inserted: embedded.inserted, updated: embedded.updated })
  }
  onProgress(outcome)
  return outcome
}
