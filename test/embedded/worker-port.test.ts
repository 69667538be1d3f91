import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { StackFile } from '../../src/embedded/stack-file.ts'
import { descendantsOf } from '../support/process-tree.ts'
import { testStack } from '../support/stack.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runInPipe } from '../support/terminal.ts'
import { until } from '../support/until.ts'

test('a worker that was killed comes up on another port if its own is taken meanwhile, and the stack says where', async () => {
  using folder = temporaryFolder()
  const dataDir = join(folder.path, 'data')
  await using program = runInPipe(['npm', 'start'], {
    ...{ PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/nonexistent' },
    ...{ GEM_ATS_SYNC_DATA_DIR: dataDir, TEMPORAL_CLI_PATH: testStack().temporalCli },
  })
  await program.writes(/Ctrl-C stops everything; the data stays\./)
  const urlOf = () => (JSON.parse(readFileSync(join(dataDir, 'stack.json'), 'utf8')) as StackFile).workerUrl
  const before = urlOf()
  const worker = descendantsOf(program.pid).find(({ command }) => command.includes('src/worker.ts'))
  assert.ok(worker !== undefined)
  process.kill(worker.pid, 'SIGKILL')
  await using _other = await takePort(Number(new URL(before).port))
  await program.writes(/the worker serves health and metrics at http:\S+ now: its port is taken/)
  const after = urlOf()
  assert.notEqual(after, before)
  const isReady = async () => (await fetch(`${after}/readyz`).catch(() => null))?.ok
  await until('the worker is ready again', isReady, (ready) => ready === true)
  program.kill('SIGTERM')
  assert.equal(await program.exitCode, 0)
})

/** Another program, which is there before the worker is back. */
async function takePort(port: number): Promise<AsyncDisposable> {
  const server = createServer()
  const listen = () =>
    new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
  await until('the port is free', listen, (listens) => listens)
  return { [Symbol.asyncDispose]: () => new Promise((closed) => void server.close(() => closed())) }
}
