import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { MappingOf } from '../../src/activities/map-page.ts'
import { type Claim, type Cursor, takeLease } from '../../src/database/checkpoints.ts'
import { commitPage, type PageOutcome } from '../../src/database/commit-page.ts'
import type { Db } from '../../src/database/connect.ts'
import type { RunMode } from '../../src/database/database-types.ts'
import { beginRun, beginStream } from '../../src/database/runs.ts'
import { firstPass } from '../../src/gem/completeness.ts'
import { newReading } from '../../src/gem/list-reading.ts'
import { startingPageSize } from '../../src/gem/page-size.ts'
import type { MappingSettings } from '../../src/mappers/model.ts'
import { mappingRules } from '../../src/mappers/record-digest.ts'
import { type StreamName, streamNames } from '../../src/streams.ts'
import { mapText } from './read-page.ts'
import { uniqueName } from './temporal.ts'

export const noSettings: MappingSettings = { jobBoard: null, integrationFields: [] }

/** How an account's records are mapped. */
export const mappingOf = (account: string, settings = noSettings, lazily = false): MappingOf => ({
  ...{ account, settings, lazily },
  rules: mappingRules(settings),
})

/** An account as far as the page commit looks at it; its key cannot be used. */
export async function insertBareAccount(db: Db, account: string): Promise<void> {
  await sql`
    insert into sync.accounts (account, base_url, encryption_key_id, api_key)
    values (${account}, 'https://gem.example.com', 'none', ''::bytea)
    on conflict do nothing`.execute(db)
}

/** @returns its name */
export async function addBareAccount(db: Db): Promise<string> {
  const account = uniqueName('acme')
  await insertBareAccount(db, account)
  return account
}

export const firstCursor: Cursor = {
  step: { kind: 'whole' },
  offset: 0,
  size: startingPageSize(500),
  reading: newReading,
  deadEnd: null,
  failedAt: null,
  startedAt: null,
  since: null,
  round: 0,
  completeRounds: 0,
  total: null,
  pass: firstPass,
  expected: null,
  shortfall: null,
  isProven: true,
  shortRuns: null,
  stepsBack: 0,
  unreadable: 0,
  keepAbsent: null,
  cleared: false,
  readAgain: false,
  drifted: false,
}

let slices = 0

/** The claim of a slice that comes after all earlier ones. */
export function nextClaim(account: string, stream: StreamName, runId: string): Claim {
  return { account, stream, runId, slice: ++slices, attempt: 1 }
}

export interface DirectSync {
  readonly account: string
  readonly source: Readonly<Record<StreamName, readonly unknown[]>>
  readonly settings?: MappingSettings
  readonly order?: readonly StreamName[]
  readonly perPage?: number
  readonly mode?: RunMode
}

/** Commits whole lists page by page, without Gem and without Temporal: what the page commit alone makes of them. */
export async function syncDirectly(db: Db, sync: DirectSync): Promise<PageOutcome[]> {
  const { account, source, settings = noSettings, order = streamNames, perPage = 50, mode = 'full' } = sync
  await insertBareAccount(db, account)
  const runId = randomUUID()
  await beginRun(db, { id: runId, account, mode, trigger: 'start', models: [] })
  const outcomes: PageOutcome[] = []
  for (const stream of order) {
    const { leaseEpoch } = await takeLease(db, nextClaim(account, stream, runId), firstCursor)
    await beginStream(db, runId, stream)
    for (let offset = 0; offset < source[stream].length; offset += perPage) {
      const records = source[stream].slice(offset, offset + perPage)
      outcomes.push(
        await commitPage(db, {
          account,
          runId,
          mode,
          stream,
          leaseEpoch,
          cursor: { ...firstCursor, offset },
          ...mapText(JSON.stringify(records), { stream, mapping: mappingOf(account, settings) }),
          looksUp: true,
          takeCalls: () => 1,
        }),
      )
    }
  }
  return outcomes
}
