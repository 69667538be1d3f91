import { attempts, comesShort, type FaultCase, isBorne, passes } from './fault-case.ts'

const silent = { totals: false }
const circles =
  /^the same records as on page \d+: (Gem ignores the page number|the list goes in circles), and the rest/

/** Lists that are not paged as Gem pages them. */
export const lists: readonly FaultCase[] = [
  {
    ...{ name: 'the page number is ignored', faults: [{ kind: 'ignored-page' }], extraCalls: attempts },
    says: /^the same records as on page 1: Gem ignores the page number, and the rest cannot be read/,
  },
  {
    ...{ name: 'the page number is ignored, without totals', faults: [{ kind: 'ignored-page' }] },
    ...{ switches: silent, says: circles, extraCalls: attempts },
  },
  {
    ...{ name: 'full pages of the same rows without end', faults: [{ kind: 'endless' }] },
    ...{ says: circles, extraCalls: 20 },
  },
  {
    ...{ name: 'full pages of new rows without end', faults: [{ kind: 'endless-new' }], extraCalls: 110 },
    says: /^still records after \d+, where Gem says there are \d+: the list has no end/,
  },
  {
    ...{ name: 'full pages of new rows without end, without totals', faults: [{ kind: 'endless-new' }] },
    ...{ switches: silent, says: /^still records after \d+: the list has no end/, extraCalls: 110 },
  },
  passes('repeated-page', { name: 'a page that comes twice' }),
  ...[3, 7].flatMap((rows) => [
    isBorne(`pages of ${rows} rows whatever is asked for`, {
      ...{ faults: [{ kind: 'ignored-per-page', rows }], extraCalls: 12 },
    }),
    isBorne(`pages of ${rows} rows whatever is asked for, without totals`, {
      ...{ faults: [{ kind: 'ignored-per-page', rows }], switches: silent, extraCalls: 12 },
    }),
  ]),
  isBorne('all rows on every page', { faults: [{ kind: 'unpaged' }], extraCalls: 1 }),
  isBorne('all rows on every page, without totals', {
    ...{ faults: [{ kind: 'unpaged' }], switches: silent, extraCalls: 1 },
  }),
  isBorne('an empty page in the middle, once', {
    ...{ faults: [{ kind: 'empty-page', page: 2, times: 1 }], extraCalls: 12 },
  }),
  comesShort('an empty page in the middle', { faults: [{ kind: 'empty-page', page: 2 }] }),
  comesShort('an empty first page', { faults: [{ kind: 'empty-page', page: 1 }] }),
  comesShort('empty pages alone', { faults: [{ kind: 'empty-page' }] }),
  comesShort('a page that lacks a row', { faults: [{ kind: 'short-page', page: 1 }] }),
  isBorne('an empty page in the middle, once, without totals', {
    ...{ faults: [{ kind: 'empty-page', page: 2, times: 1 }], switches: silent, extraCalls: 40, hides: true },
  }),
  isBorne('a page that lacks a row, once', {
    ...{ faults: [{ kind: 'short-page', page: 1, times: 1 }], extraCalls: 12 },
  }),
  isBorne('a page that lacks a row, once, without totals', {
    ...{ faults: [{ kind: 'short-page', page: 1, times: 1 }], switches: silent, extraCalls: 40, hides: true },
  }),
  isBorne('something else in the place of a row, once', {
    ...{ faults: [{ kind: 'malformed-record', page: 1, times: 1 }], extraCalls: 12, hides: true },
  }),
  isBorne('an order that never rests, without totals', {
    ...{ switches: { order: 'unstable', totals: false }, extraCalls: 60, hides: true },
  }),
  isBorne('filters are ignored', {
    ...{ switches: { ignoredFilters: ['updated_after', 'last_activity_after', 'created_after'] } },
    extraCalls: 20,
  }),
  isBorne('single records cannot be read', { switches: { itemReads: false }, extraCalls: 12 }),
]
