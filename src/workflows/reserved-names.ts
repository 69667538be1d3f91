import type { WorkflowInterceptorsFactory } from '@temporalio/workflow'

/**
 * Names that Temporal keeps for itself. The server takes them all the same, and where default handlers are set the SDK
 * throws at such a signal or update before any handler: the workflow's task would fail for ever. With the underscores
 * gone they are names like any other that nobody knows.
 */
const reserved = /^__temporal_/

/** A module of interceptors, as the bundler takes them. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  internals: [
    {
      activate(input, next) {
        for (const { signalWorkflow, doUpdate } of input.activation.jobs ?? []) {
          if (signalWorkflow) signalWorkflow.signalName = harmless(signalWorkflow.signalName)
          if (doUpdate) doUpdate.name = harmless(doUpdate.name)
        }
        next(input)
      },
    },
  ],
})

const harmless = (name: string | null | undefined) => name?.replace(reserved, 'temporal_') ?? null
