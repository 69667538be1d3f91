import type { Stack } from './stack.ts'

export interface AccountToShow {
  readonly account: string
  /** False: the lines begin with adding and starting it. */
  readonly exists: boolean
}

/** What to look at and what to type next, as text for a terminal. */
export function whereThingsAre(stack: Stack, { account, exists }: AccountToShow): string {
  const { uiUrl, namespace, databaseUrl, workerUrl } = stack.file
  const workflowId = `gem-account-${account}`
  const workflows = `${uiUrl}/namespaces/${namespace}/workflows`
  return [
    '',
    `Temporal Web UI   ${exists ? `${workflows}/${workflowId}` : workflows}`,
    `PostgreSQL        psql '${databaseUrl}'`,
    `Worker            ${workerUrl}/readyz, ${workerUrl}/metrics`,
    '',
    ...(exists ? [] : addAndStart(account, workflowId)),
    'Look at it, resync it:',
    `  npm run temporal -- workflow query --workflow-id ${workflowId} --name status`,
    `  npm run temporal -- workflow signal --workflow-id ${workflowId} --name resync --input '{"mode":"full"}'`,
    '  npx gem-ats-sync account list',
    '',
    'Ctrl-C stops everything; the data stays.',
  ].join('\n')
}

function addAndStart(account: string, workflowId: string): readonly string[] {
  return [
    'Add an account, start its sync:',
    `  npx gem-ats-sync account add ${account}`,
    `  npm run temporal -- workflow start --task-queue gem-ats-sync --type accountSync --workflow-id ${workflowId} \\`,
    `    --input '{"account":"${account}"}' --static-summary 'Gem → PostgreSQL: ${account}' \\`,
    `    --static-details 'Mirrors the Gem account ${account} into the schema ats'`,
    '',
  ]
}
