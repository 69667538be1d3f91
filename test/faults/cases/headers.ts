import type { Fault } from '../../../src/embedded/simulated-gem/index.ts'
import { comesShort, type FaultCase, isBorne } from './fault-case.ts'

const dated = (name: string, date: string | null, details: Partial<Fault> = {}) =>
  isBorne(`a clock that ${name}`, {
    ...{ faults: [{ kind: 'wrong-headers', headers: { date }, ...details }], extraCalls: 2 },
  })

const counted = (name: string, total: string | null, extraCalls: number, details: Partial<Fault> = {}) =>
  isBorne(`a total that ${name}`, {
    ...{ faults: [{ kind: 'wrong-headers', headers: { 'x-pagination': total }, ...details }], extraCalls },
  })

/** Headers that are wrong or missing. */
export const headers: readonly FaultCase[] = [
  dated('is years ahead', 'Tue, 24 Nov 2037 10:00:00 GMT'),
  dated('is a day behind', 'Sun, 22 Nov 2026 10:00:00 GMT'),
  dated('jumps back between two pages', 'Thu, 01 Jan 1970 00:00:00 GMT', { page: 2 }),
  dated('jumps ahead between two pages', 'Tue, 24 Nov 2037 10:00:00 GMT', { page: 2 }),
  dated('has no hands', null),
  dated('tells nonsense', 'midnight'),
  counted('is missing', null, 2),
  counted('is nonsense', '{"total":-1}', 2),
  counted('is always 0', '{"total":0}', 2),
  counted('is always 3', '{"total":3}', 2),
  comesShort('a total that is always a million', {
    ...{ faults: [{ kind: 'wrong-headers', headers: { 'x-pagination': '{"total":1000000}' } }] },
    extraCalls: 60,
  }),
  comesShort('a total that is always too large by some', { faults: [{ kind: 'wrong-total', rows: 2 }] }),
  isBorne('a total that is always too small by some', { faults: [{ kind: 'wrong-total', rows: -2 }] }),
  isBorne('a total that is larger for a page, and falls', {
    ...{ faults: [{ kind: 'wrong-total', rows: 2, page: 2 }], extraCalls: 60 },
  }),
  counted('is missing on the first page', null, 2, { page: 1 }),
  counted('is missing on the second page', null, 2, { page: 2 }),
  counted('falls between two pages', '{"total":1}', 130, { page: 2 }),
]
