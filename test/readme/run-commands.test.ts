/**
 * Every command of the README and of docs runs, in its order, as it stands: on the stack that `npm start` brings up, with
 * an account acme on a simulated Gem. What cannot run is marked in the page, with the reason.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { testStack } from '../support/stack.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type RunningProgram, runInPipe } from '../support/terminal.ts'
import { until } from '../support/until.ts'
import { documentedPages } from './code-blocks.ts'
import { commandsOf, type DocumentedCommand } from './shell-blocks.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const CLI = `'${process.execPath}' src/cli.ts`
const commands = documentedPages().flatMap(({ page, markdown }) => commandsOf(page, markdown))

let gem: SimulatedGem
let stack: RunningProgram | null = null
const folder = temporaryFolder()
const keyFile = join(folder.path, 'key.txt')
const env = {
  ...{ PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/nonexistent' },
  ...{ GEM_ATS_SYNC_DATA_DIR: join(folder.path, 'data'), TEMPORAL_CLI_PATH: testStack().temporalCli },
}

before(async () => {
  gem = await startSimulatedGem({ candidates: 60, rate: null })
  writeFileSync(keyFile, `${gem.apiKey}\n${'s3cret'.repeat(5)}\n`)
})
after(async () => {
  stack?.kill('SIGTERM')
  await stack?.exitCode
  await gem.close()
  folder[Symbol.dispose]()
})

/** What a person would type at the prompt; what none asks for is not read. */
const typed = (line: string) =>
  /account (add|set-key)/.test(line) ? readFileSync(keyFile, 'utf8') : 'acme\n'

async function shell(line: string): Promise<{ code: number; output: string }> {
  return await new Promise((resolve) => {
    const child = execFile('bash', ['-c', line], { cwd: root, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, output: `${stdout}${stderr}` })
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(typed(line))
  })
}

const start = `npm run --silent temporal -- workflow start --task-queue gem-ats-sync --type accountSync --workflow-id gem-account-acme --input '{"account":"acme"}'`

/** Whether acme is there: as the pages come to it, or as this test has brought about. */
let hasAccount = false

/** The line with what only this run knows, once what it needs is there. */
async function prepared(line: string): Promise<string> {
  // Where a page shows several ways to add it, it is there already.
  if (line.includes('account add acme')) await haveNoAccount()
  else if (line.includes('acme')) await haveAccount()
  // The simulated Gem of the demo is gone, and its account with it, or doctor would say so.
  if (line.includes('doctor --gem')) await succeed(`${CLI} account remove demo --yes`)
  return (
    line
      .replace('account add acme', `account add acme --base-url ${gem.url} --allow-insecure-base-url`)
      .replace('< key.txt', `< '${keyFile}'`)
      .replace('--streams 6a5fb684', line.includes('--streams') ? `--streams ${await newestRun()}` : '')
      .replace(/^(.*--watch)$/, 'timeout --preserve-status --signal=INT 5 $1')
      .replaceAll('npx gem-ats-sync', CLI)
      // As the README says: the same program, with the stack's address.
      .replace(/^temporal /, 'npm run --silent temporal -- ')
  )
}

async function succeed(line: string): Promise<string> {
  const { code, output } = await shell(line)
  assert.equal(code, 0, `${line}\n${output}`)
  return output
}

async function haveNoAccount(): Promise<void> {
  if (hasAccount) await succeed(`${CLI} account remove acme --yes`)
}

async function haveAccount(): Promise<void> {
  if (hasAccount) return
  const there = '--base-url URL --allow-insecure-base-url'.replace('URL', gem.url)
  await succeed(`${CLI} account add acme ${there} < '${keyFile}'`)
  hasAccount = true
  await succeed(start)
}

/** It begins a moment after its workflow. */
async function newestRun(): Promise<string> {
  const ask = async () => /"id": "([0-9a-f]{8})/.exec(await succeed(`${CLI} runs acme --json`))?.[1] ?? ''
  return await until('a run of acme', ask, (id) => id !== '')
}

async function run({ page, line }: DocumentedCommand): Promise<void> {
  if (line === 'npm start') {
    stack = runInPipe(['npm', 'start'], env)
    await stack.writes(/Ctrl-C stops everything; the data stays\./)
    return
  }
  // npm ci would take away what this test runs on; the demo stays up until Ctrl-C.
  const ready = line.startsWith('npm ci') ? 'npm run demo -- --exit --candidates 50' : await prepared(line)
  const { code, output } = await shell(ready)
  assert.equal(code, line.endsWith('--watch') ? 130 : 0, `${page}: ${line}\n${output}`)
  if (/account (add|remove) acme/.test(line)) hasAccount = line.includes('account add')
  const says = outputs.find(([part]) => line.includes(part))
  if (says !== undefined) assert.match(output, says[1], `${page}: ${line}`)
}

/** What some of them say. */
const outputs: readonly (readonly [string, RegExp])[] = [
  ['npm run demo', /The sync ended SUCCEEDED/],
  ['workflow start', /WorkflowId +gem-account-acme/],
  ['account list', /^ACCOUNT +STATE[\s\S]*acme +ACTIVE/],
  ['account remove', /Account acme is removed, \d+ rows deleted\./],
  ['update execute', /Result/],
  ['name status', /"account": ?"acme"/],
  ['doctor --gem', /0 failed/],
  ['rejected list', /could not be mapped/],
]

test('there are commands, and the first two start what the others need', () => {
  assert.ok(commands.length > 30, `${commands.length} commands`)
  assert.deepEqual(
    commands.slice(0, 2).map(({ line }) => line),
    ['npm ci && npm run demo', 'npm start'],
  )
})

for (const command of commands) {
  test(`${command.page}: ${command.line}`, () => run(command))
}
