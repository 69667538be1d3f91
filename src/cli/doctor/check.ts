import type { Setup } from './setup.ts'

/** What a check has found, in one line each. */
export interface Finding {
  readonly state: 'ok' | 'warn' | 'fail'
  readonly found: string
  /** What to do; null: nothing, or it is said in what was found. */
  readonly remedy: string | null
}

export interface Check {
  readonly name: string
  /** Without these it would only find their faults again. */
  readonly needs: readonly string[]
  /** How long it may take; 5 s by default, null: as long as it takes. */
  readonly withinMs?: number | null
  /** Null: there is nothing to check. What it throws is a failure as well, explained by `explain`. */
  readonly run: (setup: Setup) => Promise<Finding | null>
}

export interface Checked {
  readonly check: string
  readonly state: Finding['state'] | 'skipped'
  readonly found: string
  readonly remedy: string | null
}

export const ok = (found: string): Finding => ({ state: 'ok', found, remedy: null })
export const warn = (found: string, remedy: string): Finding => ({ state: 'warn', found, remedy })
export const fail = (found: string, remedy: string | null = null): Finding => ({
  state: 'fail',
  found,
  remedy,
})

const mostNames = 3

/** `acme, beta, gamma and 4 more` */
export function someOf(names: readonly string[]): string {
  const more = names.length - mostNames
  return `${names.slice(0, mostNames).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
