import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Db } from '../database/connect.ts'

const firstPauseMs = 500
const longestPauseMs = 15_000

/**
 * Tries until it works, and says each time what it waits for: at the start of a stack the servers come up in any
 * order, and a worker that gives up would only be started again.
 *
 * @throws the signal's reason once it is aborted.
 */
export async function waitUntilReady<T>(
  what: string,
  log: Logger,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    signal.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      log.warn({ why: reasonOf(error) }, `${what} is not ready; trying again in ${pause / 1000} s`)
      await delay(pause, undefined, { signal })
    }
  }
}

/** The database answers and has our tables. */
export async function checkDatabase(db: Db): Promise<void> {
  const { rows } = await sql<{ migrated: boolean }>`
    select to_regclass('sync.rate_limits') is not null as migrated`.execute(db)
  if (!rows[0]?.migrated) throw new Error('the schemas ats and sync are missing: run `gem-ats-sync migrate`')
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
