/** A signal to npm alone, as service managers and `kill` send it, ends what npm has started, and all below that. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createTestDatabase } from '../support/database.ts'
import { descendantsOf, processesNaming, stillRunning } from '../support/process-tree.ts'
import { testStack } from '../support/stack.ts'
import { connectTestTemporal } from '../support/temporal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type RunningProgram, runAtTerminal, runInPipe } from '../support/terminal.ts'
import { until } from '../support/until.ts'
import { environmentOf } from '../worker/worker-under-test.ts'

const system = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/nonexistent' }

const embedded = (folder: string) => ({
  ...system,
  GEM_ATS_SYNC_DATA_DIR: join(folder, 'data'),
  TEMPORAL_CLI_PATH: testStack().temporalCli,
})

async function endsWithAll(program: RunningProgram, stop: () => void): Promise<void> {
  const started = descendantsOf(program.pid)
  assert.ok(started.length > 0)
  stop()
  assert.equal(await program.exitCode, 0)
  const left = async () => stillRunning(started)
  await until('the end of all that npm has started', left, ({ length }) => length === 0)
}

const scripts: readonly (readonly [string, RegExp])[] = [
  ['start', /Ctrl-C stops everything; the data stays\./],
  ['demo', /the next sync brings it\./],
]

for (const [script, isUp] of scripts) {
  test(`SIGTERM to npm run ${script} ends it and its servers`, async () => {
    using folder = temporaryFolder()
    await using program = runInPipe(['npm', 'run', script], embedded(folder.path))
    await program.writes(isUp)
    await endsWithAll(program, () => program.kill('SIGTERM'))
  })

  test(`SIGTERM to npm run ${script} that is still starting ends it and its servers`, async () => {
    using folder = temporaryFolder()
    await using program = runInPipe(['npm', 'run', script], embedded(folder.path))
    const servers = async () => processesNaming(folder.path)
    await until('a server', servers, ({ length }) => length > 0)
    program.kill('SIGTERM')
    assert.equal(await program.exitCode, 0)
    await until('the end of all servers', servers, ({ length }) => length === 0)
  })
}

test('SIGTERM to npm run worker ends the worker', async () => {
  await using database = await createTestDatabase()
  await using temporal = await connectTestTemporal()
  const env = { ...system, ...environmentOf(database.workerUrl, temporal) }
  await using program = runInPipe(['npm', 'run', 'worker'], env)
  await program.writes(/worker is ready/)
  await endsWithAll(program, () => program.kill('SIGTERM'))
})

test('Ctrl-C, which reaches npm and what it has started, stops the stack in order', async () => {
  using folder = temporaryFolder()
  await using program = runAtTerminal('npm start', embedded(folder.path))
  await program.writes(/Ctrl-C stops everything; the data stays\./)
  await endsWithAll(program, () => program.types('\x03'))
})
