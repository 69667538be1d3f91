import type { Client, WorkflowHandle } from '@temporalio/client'

/**
 * What Temporal knows of a workflow. Not the SDK's `describe`, which decodes the memo and fails where that is encrypted and
 * the key is not at hand: how a workflow is has to be seen above all then.
 *
 * @throws gRPC's error, NOT_FOUND (5) if there is no such workflow.
 */
export async function describeWorkflow({ client, workflowId }: WorkflowHandle) {
  const { workflowService, options } = client
  const raw = await workflowService.describeWorkflowExecution({
    namespace: options.namespace,
    execution: { workflowId },
  })
  return { raw, status: statuses[raw.workflowExecutionInfo?.status ?? 0] ?? 'UNKNOWN' }
}

/** By their numbers in Temporal's API (`temporal.api.enums.v1.WorkflowExecutionStatus`). */
const statuses: Readonly<Record<number, string>> = {
  1: 'RUNNING',
  2: 'COMPLETED',
  3: 'FAILED',
  4: 'CANCELLED',
  5: 'TERMINATED',
  6: 'CONTINUED_AS_NEW',
  7: 'TIMED_OUT',
}

/** Ids of the workflows that a visibility query finds. Not the SDK's `list`, for the same reason. */
export async function* listWorkflowIds(
  { workflowService, options: { namespace } }: Client,
  query: string,
): AsyncGenerator<string> {
  let nextPageToken: Uint8Array | null | undefined
  do {
    const page = await workflowService.listWorkflowExecutions({
      ...{ namespace, query, pageSize: 1_000 },
      ...(nextPageToken ? { nextPageToken } : {}),
    })
    for (const { execution } of page.executions ?? []) if (execution?.workflowId) yield execution.workflowId
    nextPageToken = page.nextPageToken
  } while (nextPageToken?.length)
}

const NOT_FOUND = 5

export const isNotFound = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === NOT_FOUND
