import { randomUUID } from 'node:crypto'
import type { WorkflowHandle } from '@temporalio/client'
import type { Product } from './product.ts'

type Events = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>

/** As `temporal workflow reset` does it: to the time at which the latest sync was begun. */
export function resetToLatestSync(product: Product, handle: WorkflowHandle): Promise<void> {
  const latestBegin = (events: Events) =>
    events.findLastIndex(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'beginRun',
    )
  return reset(product, handle, latestBegin)
}

/** As `temporal workflow reset --type FirstWorkflowTask` does it. */
export function resetToFirstTask(product: Product, handle: WorkflowHandle): Promise<void> {
  return reset(product, handle, () => 0)
}

/** To the first task of the workflow that was worked from an event on. */
async function reset(
  product: Product,
  { workflowId }: WorkflowHandle,
  beginOf: (events: Events) => number,
): Promise<void> {
  const latest = product.client.workflow.getHandle(workflowId)
  const { runId } = await latest.describe()
  const events = (await latest.fetchHistory()).events ?? []
  const begin = beginOf(events)
  const task = events.slice(begin).find((event) => event.workflowTaskCompletedEventAttributes)
  await product.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    reason: 'a test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: task?.eventId ?? null,
  })
}
