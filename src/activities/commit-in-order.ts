import type { PageBefore } from '../database/commit-ahead.ts'
import type { PageCommit, PageOutcome } from '../database/commit-page.ts'
import { commit } from './commit.ts'
import type { SliceContext } from './slice-context.ts'

export interface PageToCommit {
  readonly commit: PageCommit
  /** Whether it may be written while the page before it is committed. */
  readonly ahead: boolean
  /** Told when nothing more is read of the page. */
  readonly release: () => void
}

/**
 * Commits pages in their order: each as soon as the one before it is committed, while the next one is got ready, or
 * written ahead.
 *
 * @param begin begins to commit a page, and is given the one before it.
 * @returns each page with what its commit came to. Whoever stops listening waits for the commit that is under way.
 * @throws what the first commit has failed by; then what the pages have.
 */
export async function* commitInOrder<Page>(
  pages: AsyncIterable<Page>,
  begin: (page: Page, before: CommittingPage | null) => CommittingPage,
): AsyncGenerator<{ page: Page; outcome: PageOutcome }> {
  let last = null as UnderWay<Page> | null
  try {
    for await (const page of pages) {
      const before: UnderWay<Page> | null = last
      last = { page, committing: begin(page, before?.committing ?? null) }
      if (before !== null) yield { page: before.page, outcome: await before.committing.outcome }
    }
    if (last !== null) yield { page: last.page, outcome: await last.committing.outcome }
  } catch (error) {
    await last?.committing.outcome
    throw error
  } finally {
    // A transaction that outlived its slice would meet the next one.
    await Promise.allSettled([last?.committing.outcome])
  }
}

interface UnderWay<Page> {
  readonly page: Page
  readonly committing: CommittingPage
}

/** A page whose commit has begun, or waits for its turn. What becomes of it is handled where it is awaited. */
export class CommittingPage implements PageBefore {
  readonly begun: Promise<void>
  readonly outcome: Promise<PageOutcome>
  readonly committed: Promise<void>
  readonly #page: PageCommit

  constructor(
    context: Pick<SliceContext, 'db' | 'meter' | 'log'>,
    page: PageToCommit,
    before: CommittingPage | null,
  ) {
    const begun = Promise.withResolvers<void>()
    this.#page = page.commit
    this.begun = begun.promise
    this.outcome = commitAfter(context, page, { before, onBegun: begun.resolve }).finally(begun.resolve)
    this.committed = this.outcome.then(mustBeActive)
    this.committed.catch(() => {})
  }

  get ids(): ReadonlySet<string> {
    return idsOf(this.#page)
  }
}

async function commitAfter(
  context: Pick<SliceContext, 'db' | 'meter' | 'log'>,
  { commit: page, ahead, release }: PageToCommit,
  { before, onBegun }: { before: CommittingPage | null; onBegun: () => void },
): Promise<PageOutcome> {
  try {
    if (!ahead) await before?.committed
    return await commit(context, page, { before: ahead ? before : null, onBegun })
  } finally {
    release()
  }
}

/** A pause is noticed at each page: none follows. */
function mustBeActive({ accountState }: PageOutcome): void {
  if (accountState !== 'ACTIVE') throw new Error(`the account is ${accountState}`)
}

function idsOf({ page, embedded }: PageCommit): ReadonlySet<string> {
  const records = [...page.records, ...(embedded?.records ?? [])]
  return new Set(records.flatMap((record) => (record.kind === 'rejected' ? [] : [record.id])))
}
