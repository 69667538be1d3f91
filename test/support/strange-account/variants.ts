import type { Json } from './pools.ts'

/** One record for each change of a base that is otherwise right, with ids of its own. */
export function variants(prefix: string, base: Json, changes: readonly Json[]): Json[] {
  return changes.map((change, n) => ({ ...base, id: `${prefix}-${n}`, ...change }))
}

/** Two readings of one id: the later one wins; a wrong one leaves what was there, a right one ends the rejection. */
export function twice(prefix: string, first: Json, second: Json, wrong: Json): Json[] {
  return [
    { id: `${prefix}-twice`, ...first },
    { id: `${prefix}-good-bad`, ...first },
    { id: `${prefix}-bad-good`, ...wrong },
    { id: `${prefix}-same`, ...first },
    { id: `${prefix}-same`, ...first },
    { id: `${prefix}-twice`, ...second },
    { id: `${prefix}-good-bad`, ...wrong },
    { id: `${prefix}-bad-good`, ...second },
  ]
}
