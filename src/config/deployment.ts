import { UserError } from '../errors.ts'
import type { Environment } from './environment.ts'

/** Which version of the workers this one is, for Temporal's worker versioning. */
export interface DeploymentVersion {
  readonly deploymentName: string
  readonly buildId: string
}

/** @returns null: workers are not versioned. @throws UserError if half of it is set. */
export function deploymentVersionOf({ variables }: Environment): DeploymentVersion | null {
  const { TEMPORAL_DEPLOYMENT_NAME: deploymentName, TEMPORAL_WORKER_BUILD_ID: buildId } = variables
  if (deploymentName !== undefined && buildId !== undefined) return { deploymentName, buildId }
  if (deploymentName === undefined && buildId === undefined) return null
  const [set, missing] =
    buildId === undefined
      ? ['TEMPORAL_DEPLOYMENT_NAME', 'TEMPORAL_WORKER_BUILD_ID']
      : ['TEMPORAL_WORKER_BUILD_ID', 'TEMPORAL_DEPLOYMENT_NAME']
  throw new UserError(`${set} is set without ${missing}; worker versioning needs both, or neither`)
}
