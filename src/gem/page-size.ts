/**
 * Candidates embed their applications: 500 of them can pass the gateway's 10 MB or 29 s. The size is halved when that
 * happens, and doubled again over good pages: soon after a failure by chance, ever later for a size that never works.
 */

export const MIN_PER_PAGE = 10
const FIRST_GROW_AFTER = 3
const LAST_GROW_AFTER = 96

/** Plain data, to be kept between slices. */
export interface PageSize {
  perPage: number
  /** Pages read without trouble since the size last changed. */
  goodPages: number
  /** How many good pages it takes to grow; doubled by each failure of a size that has not worked for as many pages. */
  growAfter: number
}

export function startingPageSize(maxPerPage: number): PageSize {
  return { perPage: maxPerPage, goodPages: 0, growAfter: FIRST_GROW_AFTER }
}

/** After a failure that a smaller page may avoid. At the floor it stays as it is. */
export function smallerPageSize(size: PageSize): PageSize {
  const floor = Math.min(MIN_PER_PAGE, size.perPage)
  const hasWorked = size.goodPages >= size.growAfter
  return {
    perPage: Math.max(floor, Math.floor(size.perPage / 2)),
    goodPages: 0,
    growAfter: hasWorked ? FIRST_GROW_AFTER : Math.min(LAST_GROW_AFTER, size.growAfter * 2),
  }
}

/** After a page that came in full. A lowered maximum takes effect at once. */
export function pageSizeAfterGoodPage(size: PageSize, maxPerPage: number): PageSize {
  const goodPages = size.goodPages + 1
  if (size.perPage >= maxPerPage) return { ...size, perPage: maxPerPage, goodPages }
  if (goodPages < size.growAfter) return { ...size, goodPages }
  return { ...size, perPage: Math.min(maxPerPage, size.perPage * 2), goodPages: 0 }
}
