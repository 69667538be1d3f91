import { randomBytes } from 'node:crypto'
import type { WorkflowHandle } from '@temporalio/client'
import { insertAccount } from '../../src/accounts/account-store.ts'
import { applyAssignments } from '../../src/accounts/assignments.ts'
import { parseEncryptionKey } from '../../src/accounts/encryption.ts'
import { connect } from '../../src/database/connect.ts'
import type { SimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { type TestTemporal, uniqueName } from '../support/temporal.ts'
import { type RunningWorker, startWorker } from '../support/worker-process.ts'

export const ENCRYPTION_KEY = randomBytes(32).toString('base64')

/** The environment of a worker on the given servers, on any free port, and on a task queue that a test has for itself. */
export function environmentOf(databaseUrl: string, temporal: TestTemporal): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    GEM_ATS_SYNC_TASK_QUEUE: temporal.taskQueue,
    GEM_ATS_SYNC_ENCRYPTION_KEY: ENCRYPTION_KEY,
    GEM_ATS_SYNC_HTTP_ADDRESS: '127.0.0.1:0',
  }
}

export async function startReadyWorker(
  env: Record<string, string>,
): Promise<RunningWorker & { readonly at: string }> {
  const worker = startWorker(env)
  await worker.line('worker is ready')
  return { ...worker, at: await worker.url() }
}

/** Adds an account on the simulated Gem and starts its workflow. */
export async function startAccount(
  databaseUrl: string,
  temporal: TestTemporal,
  gem: SimulatedGem,
  assignments: readonly string[] = [],
): Promise<{ readonly account: string; readonly handle: WorkflowHandle }> {
  const account = uniqueName('acme')
  const current = parseEncryptionKey(ENCRYPTION_KEY)
  if (current === null) throw new Error('32 bytes are a key')
  const db = connect(databaseUrl, { max: 1 })
  await insertAccount(
    db,
    { current, others: [] },
    {
      ...{
        account,
        baseUrl: gem.url,
        allowInsecureBaseUrl: true,
        apiKey: gem.apiKey,
        applicationSecret: null,
      },
      settings: applyAssignments({}, ['rate.requestsPerSecond=20', 'rate.burst=500', ...assignments]),
    },
  )
  await db.destroy()
  const handle = await temporal.client.workflow.start('accountSync', {
    taskQueue: temporal.taskQueue,
    workflowId: `gem-account-${account}`,
    args: [{ account }],
  })
  return { account, handle }
}

export interface Readiness {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly reason: string | null }>>
}

/** Status, and the reasons of the checks that are not well. */
export async function askReady(
  url: string,
): Promise<{ status: number; ready: boolean; reasons: Record<string, string | null>; body: string }> {
  const response = await fetch(`${url}/readyz`)
  const body = await response.text()
  const { ready, checks } = JSON.parse(body) as Readiness
  const bad = Object.entries(checks).filter(([, { ok }]) => !ok)
  return {
    status: response.status,
    ready,
    body,
    reasons: Object.fromEntries(bad.map(([name, { reason }]) => [name, reason])),
  }
}
