import { setTimeout as delay } from 'node:timers/promises'
import { isGrpcServiceError, type WorkflowHandle } from '@temporalio/client'
import type { DeploymentVersion } from '../../src/config/deployment.ts'
import type { TestTemporal } from './temporal.ts'
import { untilStatus } from './until-status.ts'

/** What makes a worker process one of that version. */
export function variablesOf({ deploymentName, buildId }: DeploymentVersion): Record<string, string> {
  return { TEMPORAL_DEPLOYMENT_NAME: deploymentName, TEMPORAL_WORKER_BUILD_ID: buildId }
}

const NOT_FOUND = 5
const FAILED_PRECONDITION = 9

/** Sends new workflows to a version, as `temporal worker deployment set-current-version` does. */
export async function makeCurrent(
  { client, namespace }: Pick<TestTemporal, 'client' | 'namespace'>,
  { deploymentName, buildId }: DeploymentVersion,
): Promise<void> {
  const request = { namespace, deploymentName, buildId, version: `${deploymentName}.${buildId}` }
  for (;;) {
    try {
      await client.workflowService.setWorkerDeploymentCurrentVersion(request)
      return
    } catch (error) {
      // The server hears of a version by its workers' first polls, of each task queue for itself.
      const isToCome = isGrpcServiceError(error) && [NOT_FOUND, FAILED_PRECONDITION].includes(error.code)
      if (!isToCome) throw error
      await delay(100)
    }
  }
}

/** The version that a workflow's tasks go to. */
export async function buildIdOf(handle: WorkflowHandle): Promise<string | null> {
  const { raw } = await handle.describe()
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? null
}

/** The run id of the next sync that ends after the given one, whichever worker makes it. */
export async function nextSync(handle: WorkflowHandle, last: string | null): Promise<string> {
  const status = await untilStatus(handle, ({ lastSync }) => lastSync !== null && lastSync.run !== last)
  return status.lastSync?.run ?? ''
}
