import type { Command } from 'commander'
import { workflowIdOf } from '../accounts/account-name.ts'
import type { accountSync } from '../workflows/account-sync.ts'
import { staticDetails, staticSummary } from './next-steps.ts'
import { answerOf, type Steered, type Steering, steeringCommand } from './steer-accounts.ts'

const help = `
The same as temporal workflow start with the line that account add prints. A workflow that runs already goes on as it is.

Examples:
  gem-ats-sync account start acme
  gem-ats-sync account start --all`

export function accountStart(): Command {
  return steeringCommand({ name: 'start', act: start })
    .summary('start the workflows of accounts')
    .description('Starts the workflows of accounts; each begins with a full sync.')
    .addHelpText('after', help)
}

async function start(account: string, { temporal, workflows }: Steering): Promise<Steered> {
  const outcome = await workflows.ask(account, async ({ client }) => {
    try {
      await client.start<typeof accountSync>('accountSync', {
        workflowId: workflowIdOf(account),
        taskQueue: temporal.taskQueue,
        args: [{ account }],
        staticSummary: staticSummary(account),
        staticDetails: staticDetails(account),
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        // USE_EXISTING would not tell whether it ran already.
        workflowIdConflictPolicy: 'FAIL',
      })
      return true
    } catch (error) {
      if (error instanceof Error && error.name === 'WorkflowExecutionAlreadyStartedError') return false
      throw error
    }
  })
  return answerOf(outcome, account)
    ? { result: 'started', line: 'started; it begins with a full sync' }
    : { result: 'already running', line: 'already running' }
}
