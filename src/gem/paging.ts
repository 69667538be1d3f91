/**
 * The cursor of a list is an offset in rows, so that it outlives a change of the page size. Gem itself
 * takes a page's number from 1.
 */

export interface PagePosition {
  page: number
  /** Rows at the page's start that lie before the offset: read again, which is harmless. */
  skip: number
}

/** The page of `perPage` rows that holds the row at `offset`. */
export function pageAt(offset: number, perPage: number): PagePosition {
  return { page: Math.floor(offset / perPage) + 1, skip: offset % perPage }
}

/**
 * Where to go on after that page. It counts what was asked for, not what came: a server that ignores
 * `per_page` and sends more rows would otherwise make the next page's number skip some.
 */
export function offsetAfter(page: number, perPage: number): number {
  return page * perPage
}
