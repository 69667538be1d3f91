import type { Cursor } from '../database/checkpoints.ts'
import type { PageOutcome } from '../database/commit-page.ts'
import { commit } from './commit.ts'
import { mapPage } from './map-page.ts'
import type { Slice, SliceContext } from './slice-context.ts'

/** Takes in records that a look by id has found alive; the place in the list stays. */
export async function commitFound(
  context: SliceContext,
  slice: Slice,
  cursor: Cursor,
  { found, needsSanitising }: { readonly found: readonly unknown[]; readonly needsSanitising: boolean },
): Promise<PageOutcome> {
  return await commit(context, {
    ...slice,
    ...mapPage(
      slice.stream,
      { records: [...found], needsSanitising },
      { ...slice, ...context, lazily: false },
    ),
    cursor,
    looksUp: false,
    takeCalls: () => context.limiter.takeCalls(),
  })
}
