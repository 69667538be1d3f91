import { workflowInfo } from '@temporalio/workflow'

/** Events after which the history is cut, far below the server's limit of 51,200. */
export const mostEvents = 1_800

/** Tells when it is time for continue-as-new. Made with a Temporal run's first task. */
export class Continuation {
  /** The run has begun on another version of the workers than new workflows do: somebody has pinned it there. */
  readonly #isPinned = workflowInfo().targetWorkerDeploymentVersionChanged
  #hasSynced = false

  syncHasEnded(): void {
    this.#hasSynced = true
  }

  /** The server suggests it, the history has grown long enough, or there is a new version of the workers to go to. */
  isDue(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo()
    return continueAsNewSuggested || historyLength > mostEvents || this.#isOutdated()
  }

  /**
   * The server says so for as long as it is so, also to a run that cannot leave its version: that one would continue
   * as new with each task, so it tries once a sync.
   */
  #isOutdated(): boolean {
    return workflowInfo().targetWorkerDeploymentVersionChanged && (!this.#isPinned || this.#hasSynced)
  }
}
