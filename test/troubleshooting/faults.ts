import { deleteAccount } from '../../src/accounts/delete-account.ts'
import { connect } from '../../src/database/connect.ts'
import { startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { NOBODY, runCli } from '../cli/run-cli.ts'
import { startFailingTask } from '../support/failing-task.ts'
import { until } from '../support/until.ts'
import { startWorker } from '../support/worker-process.ts'
import type { Actor, Stage } from './stage.ts'

export type Place = 'status' | 'doctor' | 'webUi' | 'metrics' | 'log' | 'ready'

/** What an operator is told, by where. */
export type Told = { readonly account: string } & Readonly<Partial<Record<Place, string>>>

type Faults = Readonly<Record<string, (stage: Stage) => Promise<Told>>>

async function tell(stage: Stage, actor: Actor): Promise<Told> {
  return {
    account: actor.account,
    status: await stage.run('status', actor.account),
    webUi: await actor.webUi(),
    metrics: await stage.metrics(),
    log: actor.log(),
  }
}

/** Faults of one account, brought about by what brings them about in life. */
export const faultsOfAccount: Faults = {
  async 'Gem refuses the key'(stage) {
    const actor = await stage.account()
    actor.gem.setSwitches({ forbidden: ['users', 'job_stages'] })
    await actor.handle.signal('resync', { mode: 'full' })
    await actor.until(({ state }) => state === 'NEEDS_CREDENTIALS')
    await untilStored(stage, actor, 'NEEDS_CREDENTIALS')
    return await tell(stage, actor)
  },

  async 'Gem refuses the key on one list'(stage) {
    const actor = await stage.account()
    actor.gem.setSwitches({ forbidden: ['job_posts'] })
    await actor.resync()
    return await tell(stage, actor)
  },

  async 'Gem answers 429'(stage) {
    const actor = await stage.account()
    actor.gem.faults.add({ kind: 'throttle', retryAfter: 3_600, stream: 'users' })
    await actor.handle.signal('resync', { mode: 'full' })
    await actor.until(({ state }) => state === 'RATE_LIMITED')
    return await tell(stage, actor)
  },

  async "Gem's quota is used up"(stage) {
    const actor = await stage.account()
    actor.gem.setSwitches({ quotaExceeded: true })
    await actor.handle.signal('resync', { mode: 'full' })
    await actor.until(({ state }) => state === 'RATE_LIMITED')
    return await tell(stage, actor)
  },

  async 'Gem is down'(stage) {
    const actor = await stage.account()
    actor.gem.faults.add({ kind: '503', times: 'always' })
    await actor.handle.signal('resync', { mode: 'full' })
    await actor.until(({ state }) => state === 'GEM_FAILS')
    return await tell(stage, actor)
  },

  async 'Records cannot be mapped'(stage) {
    const actor = await stage.account()
    actor.gem.world.put('users', { id: 'odd', first_name: 5 })
    await actor.resync()
    const told = await tell(stage, actor)
    return { ...told, status: `${told.status}${await stage.run('rejected', 'list', actor.account)}` }
  },

  async 'More seems deleted than the guard allows'(stage) {
    const actor = await stage.account()
    for (const id of [...actor.gem.world.ids('candidates')].slice(0, 40))
      actor.gem.world.vanish('candidates', id)
    await actor.resync()
    return await tell(stage, actor)
  },

  async 'A list returns less than Gem announced'(stage) {
    const actor = await stage.account()
    actor.gem.faults.add({ kind: 'wrong-total', rows: 5, stream: 'users', target: 'list', times: 'always' })
    await actor.resync()
    return await tell(stage, actor)
  },

  async 'The stored keys cannot be opened'(stage) {
    const actor = await stage.account()
    await store(stage, actor, 'encryption_key_id', '01234567')
    await actor.handle.signal('wake')
    await actor.until(({ state }) => state === 'NEEDS_CREDENTIALS')
    await untilStored(stage, actor, 'NEEDS_CREDENTIALS')
    return await tell(stage, actor)
  },

  async 'The settings cannot be read'(stage) {
    const actor = await stage.account()
    await store(stage, actor, 'settings', '{"rate":{"burst":"many"}}')
    await actor.handle.signal('wake')
    await actor.until(({ state }) => state === 'NEEDS_SETTINGS')
    await untilStored(stage, actor, 'PAUSED')
    return await tell(stage, actor)
  },

  async 'Somebody has paused the account'(stage) {
    const actor = await stage.account()
    await actor.handle.signal('pause')
    await actor.until(({ state }) => state === 'PAUSED')
    await untilStored(stage, actor, 'PAUSED')
    return await tell(stage, actor)
  },

  async 'A message cannot be understood'(stage) {
    const actor = await stage.account()
    await stage.temporal.client.workflowService.signalWorkflowExecution({
      namespace: stage.temporal.namespace,
      workflowExecution: { workflowId: actor.handle.workflowId },
      signalName: 'resync',
      input: {
        payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"mode":') }],
      },
    })
    await actor.until(({ refusals }) => refusals.length > 0)
    return await tell(stage, actor)
  },

  async 'The account was removed while its workflow could not be ended'(stage) {
    const actor = await stage.account()
    const db = connect(stage.database.workerUrl, { max: 1 })
    await deleteAccount(db, actor.account).finally(() => db.destroy())
    await actor.handle.signal('resync', {})
    const ended = await actor.handle.result().then(
      () => 'it has not failed',
      (error: Error) => String(error.cause),
    )
    return { ...(await tell(stage, actor)), webUi: ended }
  },
}

/** Faults of what all accounts share: one after another. */
export const faultsOfServers: Faults = {
  async 'The disk of PostgreSQL is full'(stage) {
    const actor = await stage.account()
    // What PostgreSQL says where a file cannot grow.
    await stage.pool.query(`
      create function public.full_disk() returns trigger language plpgsql as $$ begin
        raise 'could not extend file "base/16384/16500": No space left on device' using errcode = 'disk_full';
      end $$;
      create trigger full_disk before insert on sync.run_streams for each statement execute function public.full_disk()`)
    await actor.handle.signal('resync', { mode: 'full' })
    await untilHeldUp(actor, 'syncSlice')
    const told = await tell(stage, actor)
    await stage.pool.query('drop trigger full_disk on sync.run_streams')
    return told
  },

  async 'PostgreSQL is away'(stage) {
    const actor = await stage.account()
    return await stage.withoutDatabase(async () => {
      await actor.handle.signal('resync', { mode: 'full' })
      await untilHeldUp(actor, 'loadAccount')
      await actor.until(({ doing }) => doing.includes('asked for'))
      return { ...(await tell(stage, actor)), ready: await readiness(stage) }
    })
  },

  async 'Temporal is away'(stage) {
    const actor = await stage.account()
    await using late = startWorker({ ...stage.env, TEMPORAL_ADDRESS: NOBODY })
    const { msg } = await late.line('is not ready; trying again')
    return { account: actor.account, status: await stage.runAway('status', actor.account), log: msg }
  },

  async 'No worker runs'(stage) {
    const actor = await stage.account()
    stage.worker.kill('SIGTERM')
    await stage.worker.ended
    const status = await stage.run('status', actor.account)
    return { account: actor.account, status, log: stage.lastLog() }
  },

  // With workers of its own: after the stage's has ended.
  async 'A workflow task keeps failing'(stage) {
    await using parts = new AsyncDisposableStack()
    const gem = parts.adopt(await startSimulatedGem({ candidates: 20, rate: null }), (open) => open.close())
    const { account, handle, env, worker } = parts.use(await startFailingTask(stage.env, stage.temporal, gem))
    parts.defer(() => handle.terminate().then(() => {}))
    const refusal = await until(
      'Temporal lets nobody query it',
      () => handle.query('status').then(String, (error: Error) => String(error.cause)),
      (text) => !text.includes('DEADLINE_EXCEEDED'),
    )
    const { events } = await handle.fetchHistory()
    const hasFailed = events?.some((event) => event.workflowTaskFailedEventAttributes)
    const run = async (...args: string[]) => (await runCli(args, { env })).stdout
    return {
      account,
      status: await run('status', account),
      doctor: await run('doctor'),
      webUi: `${refusal}${hasFailed ? ' WorkflowTaskFailed' : ''}`,
      metrics: await (await fetch(`${worker.at}/metrics`)).text(),
    }
  },
}

const store = (stage: Stage, { account }: Actor, column: 'settings' | 'encryption_key_id', value: string) =>
  stage.pool.query(`update sync.accounts set ${column} = $2 where account = $1`, [account, value])

/** The worker has told PostgreSQL, and the log. */
async function untilStored(stage: Stage, { account, log }: Actor, state: string): Promise<void> {
  const ask = 'select state from sync.accounts where account = $1'
  await until(
    `PostgreSQL and the log say ${state}`,
    async () => ({ stored: (await stage.pool.query(ask, [account])).rows[0].state, log: log() }),
    (told) => told.stored === state && told.log.includes('account has a new state'),
  )
}

async function untilHeldUp({ handle }: Actor, activity: string): Promise<void> {
  const heldUp = async () =>
    (await handle.describe()).raw.pendingActivities
      ?.filter(({ lastFailure }) => lastFailure)
      .map(({ activityType }) => activityType?.name)
  await until(
    `${activity} has failed and is tried again`,
    heldUp,
    (names) => names?.includes(activity) === true,
  )
}

async function readiness({ worker }: Stage): Promise<string> {
  return JSON.stringify(await (await fetch(`${worker.at}/readyz`)).json())
}
