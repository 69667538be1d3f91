import type { WorkflowHandle } from '@temporalio/client'
import { describeWorkflow } from './describe-workflow.ts'

/** A workflow task that fails whichever worker takes it: Temporal gives it out again and again. */
export interface FailingTask {
  /** Attempts so far. */
  readonly attempts: number
  /** Null: the history does not say. */
  readonly error: string | null
}

/** Events that are looked through for the failure: messages may have come after it. */
const NEWEST_EVENTS = 100
/** Temporal's own limit, from which on it lets nobody query the workflow. */
const FAILED_FOR_CERTAIN = 3
const LONGEST_ERROR = 300

/** Null: it does not fail; at most, no worker takes it. */
export async function findFailingTask(handle: WorkflowHandle): Promise<FailingTask | null> {
  const { raw } = await describeWorkflow(handle)
  const attempts = raw.pendingWorkflowTask?.attempt ?? 0
  if (attempts < 2) return null
  const { workflowService, options } = handle.client
  const { history } = await workflowService.getWorkflowExecutionHistoryReverse({
    namespace: options.namespace,
    execution: { workflowId: handle.workflowId, runId: raw.workflowExecutionInfo?.execution?.runId ?? null },
    maximumPageSize: NEWEST_EVENTS,
  })
  const last = history?.events?.find(
    (event) => event.workflowTaskFailedEventAttributes ?? event.workflowTaskTimedOutEventAttributes,
  )
  const failed = last?.workflowTaskFailedEventAttributes
  // A worker that went away lets the task time out, which then waits for another one.
  if (!failed && attempts <= FAILED_FOR_CERTAIN) return null
  const { decodeOptionalFailureToOptionalError: decode } = await import(
    '@temporalio/common/lib/internal-non-workflow/index.js'
  )
  const error = await decode(options.loadedDataConverter, failed?.failure)
  return { attempts, error: error?.message.split('\n')[0]?.slice(0, LONGEST_ERROR) || null }
}

/** `keeps failing (attempt 7): why` */
export const howItFails = ({ attempts, error }: FailingTask) =>
  `keeps failing (attempt ${attempts}): ${error ?? "the worker's log says why"}`
