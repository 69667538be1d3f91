import { workflowIdOf } from '../accounts/account-name.ts'
import type { TemporalConfig } from '../config.ts'
import type { Outcome } from './account-workflow.ts'

/** The line that starts the account's workflow. */
export function startLine({ program, taskQueue }: TemporalConfig, account: string): string {
  return [
    `${program} workflow start`,
    `--task-queue ${taskQueue}`,
    '--type accountSync',
    `--workflow-id ${workflowIdOf(account)}`,
    `--input '{"account":"${account}"}'`,
    `--static-summary '${staticSummary(account)}'`,
    `--static-details '${staticDetails(account)}'`,
  ].join(' ')
}

/** How the Web UI names the account's workflow. */
export const staticSummary = (account: string) => `Gem → PostgreSQL: ${account}`
export const staticDetails = (account: string) => `Mirrors the Gem account ${account} into the schema ats`

/** What became of a change, for people. */
export function afterChange(outcome: Outcome<void>, temporal: TemporalConfig, account: string): string {
  switch (outcome.kind) {
    case 'done':
      return `Its workflow ${workflowIdOf(account)} was told and takes it up now.`
    case 'not-running':
      return `Its workflow does not run; start it:\n  ${startLine(temporal, account)}`
    case 'unreachable':
      return `Temporal (${temporal.connectionOptions.address}) could not be told; the workflow notices at its next wake.`
  }
}
