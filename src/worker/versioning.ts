import type { WorkerOptions } from '@temporalio/worker'
import type { DeploymentVersion } from '../config/deployment.ts'

/**
 * A workflow stays on the version that it began on, and goes to a new one when it continues as new: code may change
 * as it likes between versions, as long as the new one takes the old one's state.
 */
export function versioningOf(
  version: DeploymentVersion | null,
): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (version === null) return {}
  return {
    workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' },
  }
}
