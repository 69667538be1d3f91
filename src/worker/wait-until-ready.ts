import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { whyUnusable } from '../database/check-usable.ts'
import type { Db } from '../database/connect.ts'
import { migrationState } from '../database/migration-state.ts'
import { UserError } from '../errors.ts'
import { reasonOf } from './reason.ts'

const firstPauseMs = 500
const longestPauseMs = 15_000

/**
 * Tries until it works, and says each time what it waits for: at the start of a stack the servers come up in any
 * order, and a worker that gives up would only be started again.
 *
 * @throws the signal's reason once it is aborted; at once a UserError, which waiting would not help.
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
      if (error instanceof UserError) throw error
      log.warn({ why: reasonOf(error) }, `${what} is not ready; trying again in ${pause / 1000} s`)
      await delay(pause, undefined, { signal })
    }
  }
}

/** The database answers, has our tables, and can be worked with. */
export async function checkDatabase(db: Db): Promise<void> {
  const { missing } = await migrationState(db)
  if (missing.length > 0) throw new Error(`${missing.join(', ')} has not run: run \`gem-ats-sync migrate\``)
  const why = await whyUnusable(db)
  if (why !== null) throw new Error(why)
}
