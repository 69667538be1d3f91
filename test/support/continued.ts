import type { Client, WorkflowHandle } from '@temporalio/client'
import { statusQuery } from '../../src/workflows/messages.ts'

/** Makes the history so large that the server wants another. @returns the workflow, whose latest run is that other one. */
export async function continued(handle: WorkflowHandle, client: Client): Promise<WorkflowHandle> {
  const latest = client.workflow.getHandle(handle.workflowId)
  const first = (await latest.describe()).runId
  for (;;) {
    await latest.signal('resync', 'x'.repeat(1_000_000))
    await latest.query(statusQuery)
    if ((await latest.describe()).runId !== first) return latest
  }
}
