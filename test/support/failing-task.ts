import { randomBytes } from 'node:crypto'
import type { WorkflowHandle } from '@temporalio/client'
import { describeWorkflow } from '../../src/cli/describe-workflow.ts'
import type { SimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { startAccount, startReadyWorker } from '../worker/worker-under-test.ts'
import type { TestTemporal } from './temporal.ts'
import { until } from './until.ts'

interface FailingTask extends AsyncDisposable {
  readonly account: string
  readonly handle: WorkflowHandle
  /** Of the worker that fails it, and of everybody's commands beside it. */
  readonly env: Readonly<Record<string, string>>
  readonly worker: Awaited<ReturnType<typeof startReadyWorker>>
}

/** A codec key is replaced, and the previous one forgotten: no worker can read the history of an account any more. */
export async function startFailingTask(
  environment: Readonly<Record<string, string>>,
  temporal: TestTemporal,
  gem: SimulatedGem,
): Promise<FailingTask> {
  const withNewKey = () => ({ ...environment, GEM_ATS_SYNC_CODEC_KEY: randomBytes(32).toString('base64') })
  await using before = await startReadyWorker(withNewKey())
  const { account, handle } = await startAccount(String(environment.DATABASE_URL), temporal, gem)
  await before.line('sync ended')
  before.kill('SIGTERM')
  await before.ended
  const env = withNewKey()
  const worker = await startReadyWorker(env)
  await handle.signal('pause')
  await until(
    'the task has failed',
    async () => (await describeWorkflow(handle)).raw.pendingWorkflowTask?.attempt ?? 0,
    (attempt) => attempt > 2,
  )
  return { account, handle, env, worker, [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose]() }
}
