import type { Connection } from '@temporalio/client'
import { workflowIdOf } from '../../accounts/account-name.ts'
import { listAccounts } from '../../accounts/account-store.ts'
import { explainDatabaseError } from '../../database/explain-error.ts'
import { mapSideBySide } from '../../side-by-side.ts'
import { searchAttributeNames } from '../../workflows/search-attributes.ts'
import { listWorkflowIds } from '../describe-workflow.ts'
import { findFailingTask, howItFails } from '../failing-task.ts'
import { startLine } from '../next-steps.ts'
import { type Check, fail, ok, someOf, warn } from './check.ts'
import { clockFinding } from './clock.ts'
import { onTemporal, statusOf } from './explain.ts'
import type { Setup } from './setup.ts'

const answerWithinMs = 4_000
/** Of gRPC. */
const NOT_FOUND = 5
const PERMISSION_DENIED = 7
const UNIMPLEMENTED = 12
/** temporal.api.enums.v1.TaskQueueType */
const queueTypes = { workflow: 1, activity: 2 } as const

/** Asks Temporal, with a time limit of its own. */
async function ask<T>(setup: Setup, question: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await setup.connection()
  return await connection.withDeadline(Date.now() + answerWithinMs, () => question(connection))
}

const temporal: Check = {
  name: 'temporal',
  needs: ['environment'],
  run: onTemporal(async (setup) => {
    const { serverVersion } = await ask(setup, (to) => to.workflowService.getSystemInfo({}))
    return ok(`server ${serverVersion} at ${setup.temporal.connectionOptions.address}`)
  }),
}

const namespace: Check = {
  name: 'namespace',
  needs: ['temporal'],
  run: onTemporal(async (setup) => {
    const { namespace, program } = setup.temporal
    try {
      await ask(setup, (to) => to.workflowService.describeNamespace({ namespace }))
      return ok(`${namespace} is there`)
    } catch (error) {
      if (statusOf(error) !== NOT_FOUND) throw error
      return fail(
        `Temporal has no namespace ${namespace}`,
        `set TEMPORAL_NAMESPACE, or create it: ${program} operator namespace create --namespace ${namespace}`,
      )
    }
  }),
}

const searchAttributes: Check = {
  name: 'search attributes',
  needs: ['namespace'],
  run: onTemporal(async (setup) => {
    const { namespace, program } = setup.temporal
    const create = (names: readonly string[]) =>
      names
        .map((name) => `search-attribute create --namespace ${namespace} --name ${name} --type Keyword`)
        .map((command) => `${program} operator ${command}`)
        .join(' && ')
    try {
      const { customAttributes } = await ask(setup, (to) =>
        to.operatorService.listSearchAttributes({ namespace }),
      )
      const missing = searchAttributeNames.filter((name) => !Object.hasOwn(customAttributes ?? {}, name))
      if (missing.length === 0) return ok(`${searchAttributeNames.join(' and ')} are there`)
      return warn(
        `${missing.join(' and ')} missing: accounts cannot be found by state in the Web UI`,
        `${create(missing)}; then restart the workers`,
      )
    } catch (error) {
      const status = statusOf(error) ?? -1
      if (![PERMISSION_DENIED, UNIMPLEMENTED].includes(status)) throw error
      return warn(
        'this server does not say which there are; the worker does without',
        `see in its Web UI whether ${searchAttributeNames.join(' and ')} (Keyword) are there`,
      )
    }
  }),
}

interface Poller {
  readonly identity: string
  /** Milliseconds since the epoch, by Temporal's clock. */
  readonly lastPoll: number
}

/** A worker asks again after a minute at the latest; the server remembers those that went away for five. */
const goneAfterMs = 90_000

async function readPollers(setup: Setup, taskQueueType: 1 | 2): Promise<Poller[]> {
  const { namespace, taskQueue } = setup.temporal
  const { pollers } = await ask(setup, (to) =>
    to.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, taskQueueType }),
  )
  return (pollers ?? []).map(({ identity, lastAccessTime }) => ({
    identity: identity ?? '',
    lastPoll: Number(lastAccessTime?.seconds ?? 0) * 1000 + (lastAccessTime?.nanos ?? 0) / 1e6,
  }))
}

const worker: Check = {
  name: 'worker',
  needs: ['namespace'],
  run: onTemporal(async (setup) => {
    const { taskQueue } = setup.temporal
    const [workflow, activity] = await Promise.all([
      readPollers(setup, queueTypes.workflow),
      readPollers(setup, queueTypes.activity),
    ])
    setup.lastPoll = Math.max(...[...workflow, ...activity].map(({ lastPoll }) => lastPoll))
    const live = (pollers: readonly Poller[]) =>
      pollers.filter(({ lastPoll }) => lastPoll > Date.now() - goneAfterMs).map(({ identity }) => identity)
    const atActivities = live(activity)
    const workers = [...new Set(live(workflow))].filter((identity) => atActivities.includes(identity))
    if (workers.length > 0) return ok(`${workers.length} on task queue ${taskQueue}: ${someOf(workers)}`)
    const went = workflow.length > 0 ? '; there was one until a short while ago' : ''
    return fail(
      `no worker asks for tasks on task queue ${taskQueue}${went}`,
      'start one: npm run worker; its GEM_ATS_SYNC_TASK_QUEUE and TEMPORAL_NAMESPACE have to be the same as here',
    )
  }),
}

const clock: Check = {
  name: 'clock of Temporal',
  needs: ['worker'],
  run: async ({ lastPoll }) => {
    // Temporal tells its time only by when it last heard of a worker, which may be a while ago.
    const ahead = lastPoll - Date.now()
    return ahead > 0
      ? clockFinding("Temporal's", ahead, 0)
      : ok("Temporal's clock is not ahead of this machine's")
  },
}

const describedAtATime = 20

const workflows: Check = {
  name: 'workflows',
  // Not the check of the accounts, which fails by the settings of one of them.
  needs: ['namespace', 'tables'],
  withinMs: 20_000,
  run: onTemporal(async (setup) => {
    const names = await namesOfAccounts(setup)
    if (names.length === 0) return null
    const running = await runningWorkflows(setup)
    const idle = names.filter((name) => !running.has(workflowIdOf(name)))
    const failing = await failingTasks(
      setup,
      names.filter((name) => !idle.includes(name)),
    )
    const [first] = failing
    if (first !== undefined) {
      return fail(
        `the workflow task of ${someOf(failing.map(({ account }) => account))} ${howItFails(first.task)}`,
        'give the workers what they lack: an earlier codec key (GEM_ATS_SYNC_PREVIOUS_CODEC_KEYS), or the version that the workflow began on; it goes on by itself then',
      )
    }
    if (idle.length === 0) return ok(`all ${names.length} accounts have theirs running`)
    return warn(`none runs for ${someOf(idle)}`, `start it: ${startLine(setup.temporal, String(idle[0]))}`)
  }),
}

async function namesOfAccounts({ db, databaseUrl }: Setup): Promise<string[]> {
  try {
    return (await listAccounts(db)).map(({ account }) => account)
  } catch (error) {
    throw explainDatabaseError(error, databaseUrl)
  }
}

async function failingTasks(setup: Setup, accounts: readonly string[]) {
  const [{ Client }, { clientDataConverter }] = await Promise.all([
    import('@temporalio/client'),
    import('../../codec/data-converter.ts'),
  ])
  const { namespace, codecKeys } = setup.temporal
  const connection = await setup.connection()
  const client = new Client({ connection, namespace, dataConverter: clientDataConverter(codecKeys) })
  const found = await mapSideBySide(accounts, describedAtATime, async (account) => ({
    account,
    task: await ask(setup, () => findFailingTask(client.workflow.getHandle(workflowIdOf(account)))),
  }))
  return found.flatMap(({ account, task }) => (task === null ? [] : [{ account, task }]))
}

async function runningWorkflows(setup: Setup): Promise<ReadonlySet<string>> {
  const { Client } = await import('@temporalio/client')
  return await ask(setup, async (connection) => {
    const client = new Client({ connection, namespace: setup.temporal.namespace })
    const ids = new Set<string>()
    const query = `WorkflowType = 'accountSync' AND ExecutionStatus = 'Running'`
    for await (const workflowId of listWorkflowIds(client, query)) ids.add(workflowId)
    return ids
  })
}

export const temporalChecks: readonly Check[] = [
  temporal,
  namespace,
  searchAttributes,
  worker,
  clock,
  workflows,
]
