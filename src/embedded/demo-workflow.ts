import { WorkflowNotFoundError } from '@temporalio/client'
import { DEMO_ACCOUNT } from './demo-account.ts'
import type { DemoConnections } from './demo-connections.ts'
import type { Stack } from './stack.ts'

/**
 * Starts the account's workflow, which begins with a full sync; one that an earlier demo started is told to make
 * another.
 *
 * @returns the ids of the runs there were before, so that the new one can be told from them
 */
export async function startOrResync({ file }: Stack, demo: DemoConnections): Promise<readonly string[]> {
  const runs = await demo.database
    .selectFrom('sync.runs')
    .select('id')
    .where('account', '=', DEMO_ACCOUNT)
    .execute()
  const known = runs.map((run) => run.id)
  if (await isRunning(demo)) {
    await demo.workflow.signal('resync', { mode: 'full' })
    return known
  }
  await demo.client.workflow.start('accountSync', {
    taskQueue: file.taskQueue,
    workflowId: demo.workflow.workflowId,
    args: [{ account: DEMO_ACCOUNT }],
    staticSummary: `Gem → PostgreSQL: ${DEMO_ACCOUNT}`,
    staticDetails: 'Mirrors a simulated Gem account into the schema `ats` of the embedded PostgreSQL.',
  })
  return known
}

async function isRunning({ workflow }: DemoConnections): Promise<boolean> {
  try {
    return (await workflow.describe()).status.name === 'RUNNING'
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false
    throw error
  }
}
