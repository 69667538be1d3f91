import type { WorkflowHandle } from '@temporalio/client'
import { type Status, statusQuery } from '../../src/workflows/messages.ts'
import { until } from './until.ts'

/** Asks the workflow until its status is as wished. It hears of what an activity has done a moment after the database. */
export function untilStatus(handle: WorkflowHandle, isWished: (status: Status) => boolean): Promise<Status> {
  return until(`a status with ${isWished}`, () => handle.query(statusQuery), isWished)
}
