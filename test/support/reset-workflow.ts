import { randomUUID } from 'node:crypto'
import type { WorkflowHandle } from '@temporalio/client'
import type { Product } from './product.ts'

/** As `temporal workflow reset` does it: to the time at which the latest sync was begun. */
export async function resetToLatestSync(product: Product, { workflowId }: WorkflowHandle): Promise<void> {
  const latest = product.client.workflow.getHandle(workflowId)
  const { runId } = await latest.describe()
  const events = (await latest.fetchHistory()).events ?? []
  const begin = events.findLastIndex(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'beginRun',
  )
  const task = events.slice(begin).find((event) => event.workflowTaskCompletedEventAttributes)
  await product.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    reason: 'a test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: task?.eventId ?? null,
  })
}
