import type { Connection, WorkflowHandle } from '@temporalio/client'
import { workflowIdOf } from '../accounts/account-name.ts'
import type { TemporalConfig } from '../config.ts'
import { mapSideBySide } from '../side-by-side.ts'
import { withoutProxy } from '../temporal-channel.ts'
import { describeWorkflow, isNotFound } from './describe-workflow.ts'
import { findFailingTask, howItFails } from './failing-task.ts'

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

/** Workflows that are asked at the same time: a hundred that do not answer take half a minute. */
const SIDE_BY_SIDE = 20

/** What a workflow waits for in vain: Temporal tries it again and again. */
export interface HeldUp {
  readonly activity: string
  /** Attempts so far. */
  readonly attempts: number
  readonly error: string
}

/** Empty if nothing has failed, or nobody can tell. Unlike the query, it needs no worker. */
export async function findHeldUp(temporal: TemporalConfig, account: string): Promise<readonly HeldUp[]> {
  const outcome = await withWorkflow(temporal, account, async (handle) => {
    const { raw } = await describeWorkflow(handle)
    const { decodeOptionalFailureToOptionalError: decode } = await import(
      '@temporalio/common/lib/internal-non-workflow/index.js'
    )
    // Where histories are encrypted, so is what a failure says, and the description leaves it as it is.
    const { loadedDataConverter } = handle.client.options
    const pending = await Promise.all(
      (raw.pendingActivities ?? []).map(async ({ activityType, attempt, lastFailure }) => {
        const failure = await decode(loadedDataConverter, lastFailure)
        const cause = failure?.cause instanceof Error ? failure.cause.message : ''
        return {
          activity: activityType?.name ?? '',
          attempts: attempt ?? 0,
          error: cause || failure?.message,
        }
      }),
    )
    return pending.flatMap(({ error, ...activity }) => (error ? [{ ...activity, error }] : []))
  })
  return outcome.kind === 'done' ? outcome.value : []
}

/** The answers of several accounts' workflows: each is asked, and has its own time to answer. */
export async function queryStatuses(
  temporal: TemporalConfig,
  accounts: readonly string[],
): Promise<Outcome<unknown>[]> {
  try {
    await using client = await openClient(temporal)
    const query = (handle: WorkflowHandle) => handle.query<unknown>('status')
    return await mapSideBySide(accounts, SIDE_BY_SIDE, (account) => client.ask(account, query))
  } catch (error) {
    return accounts.map(() => unreachable(error))
  }
}

async function withWorkflow<T>(
  temporal: TemporalConfig,
  account: string,
  use: (handle: WorkflowHandle) => Promise<T>,
): Promise<Outcome<T>> {
  try {
    await using client = await openClient(temporal)
    return await client.ask(account, use)
  } catch (error) {
    return unreachable(error)
  }
}

export interface WorkflowClient extends AsyncDisposable {
  ask<T>(account: string, use: (handle: WorkflowHandle) => Promise<T>): Promise<Outcome<T>>
}

/** @throws the SDK's error if Temporal does not answer. */
export async function openClient(temporal: TemporalConfig): Promise<WorkflowClient> {
  // Loaded only where it is used: most commands would wait a quarter of a second for nothing.
  const [sdk, { clientDataConverter }] = await Promise.all([
    import('@temporalio/client'),
    import('../codec/data-converter.ts'),
  ])
  const connection = await connectTemporal(temporal).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`Temporal at ${temporal.connectionOptions.address} cannot be reached (${why})`, {
      cause: error,
    })
  })
  // One that has ended would answer with what was true then.
  const workflow = { queryRejectCondition: 'NOT_OPEN' } as const
  const client = new sdk.Client({
    connection,
    namespace: temporal.namespace,
    dataConverter: clientDataConverter(temporal.codecKeys),
    workflow,
  })
  return {
    async ask(account, use) {
      const handle = client.workflow.getHandle(workflowIdOf(account))
      try {
        return {
          kind: 'done',
          value: await connection.withDeadline(Date.now() + ANSWER_MS, () => use(handle)),
        }
      } catch (error) {
        const hasEnded =
          error instanceof sdk.WorkflowNotFoundError ||
          error instanceof sdk.QueryRejectedError ||
          isNotFound(error)
        if (hasEnded) return { kind: 'not-running' }
        if (!isUnanswered(error)) return unreachable(error)
        const failing = await connection
          .withDeadline(Date.now() + ANSWER_MS, () => findFailingTask(handle))
          .catch(() => null)
        return {
          kind: 'unreachable',
          why: failing
            ? `its workflow task ${howItFails(failing)}`
            : 'no worker answers (npx gem-ats-sync doctor tells whether one runs)',
        }
      }
    },
    [Symbol.asyncDispose]: () => connection.close(),
  }
}

/** @throws the SDK's error if Temporal does not answer within 2 s. */
export async function connectTemporal({ connectionOptions }: TemporalConfig): Promise<Connection> {
  const { address, apiKey, tls, metadata } = connectionOptions
  const sdk = await import('@temporalio/client')
  return await sdk.Connection.connect({
    address,
    connectTimeout: CONNECT_MS,
    ...withoutProxy(address),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls === undefined ? {} : { tls }),
    ...(metadata === undefined ? {} : { metadata }),
  })
}

function unreachable(error: unknown): Outcome<never> {
  const [why = 'unknown'] = (error instanceof Error ? error.message : String(error)).split('\n')
  return { kind: 'unreachable', why }
}

/**
 * gRPC's CANCELLED and DEADLINE_EXCEEDED, where this client or Temporal has waited for a worker in vain, and
 * FAILED_PRECONDITION, where it has seen none lately, or the workflow's task has failed too often.
 */
const NO_WORKER: readonly unknown[] = [1, 4, 9]

/** Temporal's own words are only that the query has failed. */
function isUnanswered(error: unknown): boolean {
  if (!(error instanceof Error) || !(error.cause instanceof Error)) return false
  return 'code' in error.cause && NO_WORKER.includes(error.cause.code)
}
