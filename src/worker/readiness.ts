import type { NativeConnection, Worker } from '@temporalio/worker'
import { whyUnusable } from '../database/check-usable.ts'
import type { Db } from '../database/connect.ts'
import { migrationState } from '../database/migration-state.ts'
import { TimeLimitError, within } from '../within.ts'
import { askDatabase } from './ask-database.ts'
import { codeOf } from './reason.ts'

/** How long a part may take to answer; a probe has to wait a little longer. */
const answerWithinMs = 2_000

/** The worker as far as it has come. */
export interface WorkerParts {
  connection: NativeConnection | null
  worker: Worker | null
  /** Aborted once the worker was asked to stop. */
  readonly stopping: AbortSignal
}

/** What a worker works with. */
export interface WorkerServers {
  readonly databaseUrl: string
  readonly namespace: string
}

/** Null: it is well. Else why not, in words that anybody may read. */
type Reason = string | null

export interface Readiness {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly reason: Reason }>>
}

/** Whether the process is alive: it answers, and its worker has not failed. */
export function isAlive({ worker }: WorkerParts): boolean {
  return worker?.getState() !== 'FAILED'
}

/** Whether the worker can work: what it needs answers, and it takes tasks. */
export async function checkReadiness(parts: WorkerParts, where: WorkerServers): Promise<Readiness> {
  const [{ database, migrations }, temporal] = await Promise.all([
    checkDatabase(where.databaseUrl),
    checkTemporal(parts, where.namespace),
  ])
  const reasons = { database, migrations, temporal, worker: checkWorker(parts) }
  const checks = Object.entries(reasons).map(
    ([name, reason]) => [name, { ok: reason === null, reason }] as const,
  )
  return { ready: checks.every(([, { ok }]) => ok), checks: Object.fromEntries(checks) }
}

async function checkDatabase(url: string): Promise<{ database: Reason; migrations: Reason }> {
  try {
    return await askDatabase(url, answerWithinMs, async (db) => {
      const migrations = await checkMigrations(db)
      return { database: migrations === null ? await checkUsable(db) : null, migrations }
    })
  } catch (error) {
    return { database: shortReason(error), migrations: 'not known: the database does not answer' }
  }
}

async function checkMigrations(db: Db): Promise<Reason> {
  const { missing } = await migrationState(db)
  return missing.length === 0 ? null : `not run yet: ${missing.join(', ')}`
}

async function checkUsable(db: Db): Promise<Reason> {
  try {
    return await whyUnusable(db)
  } catch (error) {
    return shortReason(error)
  }
}

async function checkTemporal({ connection }: WorkerParts, namespace: string): Promise<Reason> {
  if (connection === null) return 'not connected yet'
  const ask = () => connection.workflowService.describeNamespace({ namespace })
  try {
    await within(answerWithinMs, connection.withDeadline(Date.now() + answerWithinMs, ask))
    return null
  } catch (error) {
    return shortReason(error)
  }
}

function checkWorker({ worker, stopping }: WorkerParts): Reason {
  if (stopping.aborted) return 'stopping: it takes no new tasks'
  const state = worker?.getState() ?? 'not made yet'
  return state === 'RUNNING' ? null : `it is ${state}`
}

const shortReason = (error: unknown) => (error instanceof TimeLimitError ? error.message : codeOf(error))
