import type { WorkflowHandle } from '@temporalio/client'
import { type Status, statusQuery } from '../../src/workflows/messages.ts'

/** Asks the workflow until its status is as wished. It hears of what an activity has done a moment after the database. */
export async function untilStatus(
  handle: WorkflowHandle,
  isWished: (status: Status) => boolean,
): Promise<Status> {
  for (;;) {
    const status = await handle.query(statusQuery)
    if (isWished(status)) return status
  }
}
