/** The embedded stack in a shell that is set up for other products, as a new user would run it by the README. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { otherProducts, temporalToml } from '../support/other-products.ts'
import { testStack } from '../support/stack.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type RunningProgram, runInPipe } from '../support/terminal.ts'
import { until } from '../support/until.ts'

const CLI = `'${process.execPath}' src/cli.ts`
const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = temporaryFolder()
const home = join(folder.path, 'home')
const env = {
  ...otherProducts,
  ...{ PATH: process.env.PATH ?? '', HOME: home, TEMPORAL_CLI_PATH: testStack().temporalCli },
  GEM_ATS_SYNC_DATA_DIR: join(folder.path, 'data'),
}

before(() => {
  mkdirSync(join(home, '.config', 'temporalio'), { recursive: true })
  writeFileSync(join(home, '.config', 'temporalio', 'temporal.toml'), temporalToml)
})
after(() => folder[Symbol.dispose]())

async function shell(line: string, input = ''): Promise<{ code: number; stdout: string; stderr: string }> {
  return await new Promise((resolve) => {
    const child = execFile('bash', ['-c', line], { cwd: root, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    })
    child.stdin?.end(input)
  })
}

async function succeeds(line: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await shell(line, input)
  assert.equal(code, 0, `${line}\n${stdout}${stderr}`)
  return stdout
}

test('the demo syncs its account', async () => {
  const output = await succeeds('npm run demo -- --exit --candidates 50')
  assert.match(output, /The sync ended SUCCEEDED/)
})

describe('the stack that npm start brings up', () => {
  let gem: SimulatedGem
  let stack: RunningProgram
  before(async () => {
    gem = await startSimulatedGem({ candidates: 50, rate: null })
    stack = runInPipe(['npm', 'start'], env)
    await stack.writes(/Ctrl-C stops everything; the data stays\./)
  })
  after(async () => {
    stack.kill('SIGTERM')
    await stack.exitCode
    await gem.close()
  })

  test('is found by the commands that add an account, start it and show it', async () => {
    const there = `--base-url ${gem.url} --allow-insecure-base-url --database embedded`
    await succeeds(`${CLI} account add acme ${there}`, `${gem.apiKey}\n`)
    await succeeds(
      `npm run --silent temporal -- workflow start --task-queue gem-ats-sync --type accountSync --workflow-id gem-account-acme --input '{"account":"acme"}'`,
    )
    const newest = async () => await succeeds(`${CLI} runs acme --json --database embedded`)
    await until('a sync that has succeeded', newest, (runs) => runs.includes('"SUCCEEDED"'))
    assert.match(await succeeds(`${CLI} status acme --database embedded`), /acme/)
    assert.match(await succeeds(`${CLI} doctor --database embedded`), /0 failed/)
    const query = 'workflow query --workflow-id gem-account-acme --name status'
    assert.match(await succeeds(`npm run --silent temporal -- ${query}`), /"account": ?"acme"/)
  })

  test('is what commands are about where DATABASE_URL is not set', async () => {
    assert.match(await succeeds(`unset DATABASE_URL; ${CLI} account list`), /demo/)
  })
})
