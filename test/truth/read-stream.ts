import { sql } from 'kysely'
import type { StreamEnd } from '../../src/activities/account.types.ts'
import type { RetriesFrom } from '../../src/activities/call-retries.ts'
import { silentMeter } from '../../src/activities/meter.ts'
import type { SliceContext } from '../../src/activities/slice-context.ts'
import { syncSlice } from '../../src/activities/sync-slice.ts'
import type { RunMode } from '../../src/database/database-types.ts'
import { endStream } from '../../src/database/runs.ts'
import { CredentialsRefusedError, RequestRefusedError, TryAgainError } from '../../src/errors.ts'
import { createLogger } from '../../src/log.ts'
import { mappingRules } from '../../src/mappers/record-digest.ts'
import { type StreamName, streams } from '../../src/streams.ts'
import { readHere } from '../support/read-page.ts'
import type { Syncing, SyncOptions } from './mirror.ts'

export type EndedStream = StreamEnd

/** Slices of one stream until it is done or has failed, as the workflow works them. */
export async function readStream(
  mirror: Syncing,
  stream: StreamName,
  runId: string,
  options: SyncOptions & { mode: RunMode },
): Promise<EndedStream> {
  const { attempts = 6, inFlight = 1, since = null, mode } = options
  const confirmDeletions = options.confirmDeletions?.includes(streams[stream].model) ?? false
  const { isOnlySlice = true } = options
  const { db, account, client: gem, limiter, settings, clock } = mirror
  const startedAt = clock.now.toISOString()
  const context: SliceContext = {
    ...{ db, gem, limiter, settings, rules: mappingRules(settings), readPage: readHere },
    key: { compared: true, version: '' },
    isOnlySlice: () => isOnlySlice,
    attempt: 1,
    signal: new AbortController().signal,
    pause: options.pause ?? (async () => {}),
    meter: options.meter ?? silentMeter,
    log: createLogger({ level: 'silent', pretty: false }),
  }
  const input = {
    ...{ account, runId, mode, stream, inFlight, since, confirmDeletions },
    ...{ startedAt, fromWatermark: false, throttledBefore: 0 },
  }
  let failures = 0
  let goesOn = false
  let retriesFrom: RetriesFrom = 'first good answer'
  for (let number = 1; ; number++) {
    try {
      const slice = await syncSlice(context, { ...input, slice: number, goesOn, retriesFrom })
      failures = 0
      retriesFrom = 'first call'
      goesOn = slice.kind === 'more'
      if (slice.kind === 'halted') throw new Error(`${stream}: the account is not active`)
      if (slice.kind === 'wait') await liftBlock(mirror)
      if (slice.kind !== 'done') continue
      const state = slice.problem === null ? 'SUCCEEDED' : 'FAILED'
      return { stream, state, wasRead: true, error: slice.problem }
    } catch (error) {
      goesOn = false
      if (!isGems(error)) throw error
      retriesFrom = 'first page'
      if (error instanceof TryAgainError && error.slice?.progressed) failures = 0
      if (error instanceof TryAgainError && ++failures < attempts) continue
      await endStream(db, { account, runId, stream, state: 'FAILED', error: error.message })
      return { stream, state: 'FAILED', wasRead: false, error: error.message }
    }
  }
}

const isGems = (error: unknown): error is Error =>
  error instanceof TryAgainError ||
  error instanceof RequestRefusedError ||
  error instanceof CredentialsRefusedError

/** The workflow would sleep until Gem answers again. */
async function liftBlock({ db, account }: Syncing): Promise<void> {
  await sql`delete from sync.rate_limits where account = ${account}`.execute(db)
}
