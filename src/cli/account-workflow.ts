import type { Connection, WorkflowHandle } from '@temporalio/client'
import { workflowIdOf } from '../accounts/account-name.ts'
import type { TemporalConfig } from '../config.ts'

/** Temporal is asked on the side: a command that has done its work does not wait long for it. */
const CONNECT_MS = 2_000
const ANSWER_MS = 5_000

/** How Temporal took what a command wanted of the account's workflow. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'not-running' }
  | { readonly kind: 'unreachable'; readonly why: string }

/** Makes the workflow read its settings and credentials now. */
export function wakeWorkflow(temporal: TemporalConfig, account: string): Promise<Outcome<void>> {
  return withWorkflow(temporal, account, (handle) => handle.signal('wake'))
}

/** Ends the workflow at once, whatever it is doing. */
export function terminateWorkflow(temporal: TemporalConfig, account: string): Promise<Outcome<void>> {
  return withWorkflow(temporal, account, async (handle) => {
    await handle.terminate('the account was removed by gem-ats-sync account remove')
  })
}

/** The answer to the query `status`. It needs a worker that runs, and a workflow that may have ended. */
export function queryStatus(temporal: TemporalConfig, account: string): Promise<Outcome<unknown>> {
  return withWorkflow(temporal, account, (handle) => handle.query<unknown>('status'))
}

async function withWorkflow<T>(
  temporal: TemporalConfig,
  account: string,
  use: (handle: WorkflowHandle) => Promise<T>,
): Promise<Outcome<T>> {
  // Loaded only where it is used: most commands would wait a quarter of a second for nothing.
  const sdk = await import('@temporalio/client')
  let connection: Connection | undefined
  try {
    connection = await connectTemporal(temporal)
    const client = new sdk.Client({
      connection,
      namespace: temporal.namespace,
      // One that has ended would answer with what was true then.
      workflow: { queryRejectCondition: 'NOT_OPEN' },
    })
    const handle = client.workflow.getHandle(workflowIdOf(account))
    return { kind: 'done', value: await connection.withDeadline(Date.now() + ANSWER_MS, () => use(handle)) }
  } catch (error) {
    const hasEnded = error instanceof sdk.WorkflowNotFoundError || error instanceof sdk.QueryRejectedError
    return hasEnded ? { kind: 'not-running' } : unreachable(error)
  } finally {
    await connection?.close()
  }
}

/** @throws the SDK's error if Temporal does not answer within 2 s. */
export async function connectTemporal({ connectionOptions }: TemporalConfig): Promise<Connection> {
  const { address, apiKey, tls, metadata } = connectionOptions
  const sdk = await import('@temporalio/client')
  return await sdk.Connection.connect({
    address,
    connectTimeout: CONNECT_MS,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls === undefined ? {} : { tls }),
    ...(metadata === undefined ? {} : { metadata }),
  })
}

function unreachable(error: unknown): Outcome<never> {
  const [why = 'unknown'] = (error instanceof Error ? error.message : String(error)).split('\n')
  return { kind: 'unreachable', why }
}
