import { setTimeout as delay } from 'node:timers/promises'
import { Connection } from '@temporalio/client'
import { UserError } from '../errors.ts'
import { tail } from './server-process.ts'
import type { StackFile } from './stack-file.ts'

/** Whose tasks are meant. */
type TaskQueue = Pick<StackFile, 'temporalAddress' | 'namespace' | 'taskQueue'>

const WITHIN_MS = 120_000
/** temporal.api.enums.v1.TaskQueueType */
const WORKFLOW_TASKS = 1

/**
 * Waits until a worker asks Temporal for tasks.
 *
 * @throws {UserError} the worker ended instead, or does not come
 */
export async function untilPolled(
  stack: TaskQueue,
  workerEnded: Promise<string>,
  logFile: string | undefined,
): Promise<void> {
  const connection = await Connection.connect({ address: stack.temporalAddress })
  const deadline = Date.now() + WITHIN_MS
  let end: string | undefined
  workerEnded.then((phrase) => {
    end = phrase
  })
  try {
    while (!(await isPolled(connection, stack))) {
      if (end !== undefined) throw new UserError(`the worker did not start (${end})${logEnd(logFile)}`)
      if (Date.now() > deadline) throw new UserError(`the worker does not ask for tasks${logEnd(logFile)}`)
      await delay(100)
    }
  } finally {
    await connection.close()
  }
}

async function isPolled(connection: Connection, { namespace, taskQueue }: TaskQueue): Promise<boolean> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOW_TASKS,
  })
  return (pollers ?? []).length > 0
}

function logEnd(logFile: string | undefined): string {
  return logFile === undefined ? '; see its output above' : `; ${logFile} ends with:\n${tail(logFile)}`
}
