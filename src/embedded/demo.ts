/**
 * `npm run demo`: the embedded stack with a simulated Gem and one account, which is synced once before your eyes.
 * `--exit` ends after that sync (exit code 0 only if it succeeded); `--candidates N` sets the account's size.
 */
import './forget-other-variables.ts'

import { Command, InvalidArgumentError } from 'commander'
import { addDemoAccount, DEMO_ACCOUNT } from './demo-account.ts'
import { connectDemo } from './demo-connections.ts'
import { startDemoGem } from './demo-gem.ts'
import { followSync } from './demo-progress.ts'
import { printTables } from './demo-tables.ts'
import { startOrResync } from './demo-workflow.ts'
import { readEnvironment } from './environment.ts'
import { runStack, runStackProgram } from './run-stack.ts'
import type { SimulatedGem } from './simulated-gem/index.ts'
import type { Stack } from './stack.ts'
import { whereThingsAre } from './where-things-are.ts'

const MOST_CANDIDATES = 200_000
const CHANGE_EVERY_MS = 30_000

const { exit, candidates } = new Command()
  .name('npm run demo --')
  .description('Syncs a simulated Gem account into an embedded PostgreSQL, on an embedded Temporal.')
  .option('--exit', 'end after the first finished sync; exit code 0 only if it succeeded', false)
  .option(
    '--candidates <n>',
    `how many candidates the simulated account has (50 to ${MOST_CANDIDATES})`,
    size,
  )
  .parse()
  .opts<{ exit: boolean; candidates?: number }>()

const say = (line: string) => console.log(line)

await runStackProgram(async (program) => {
  const environment = readEnvironment()
  const { promise: gemStarted, resolve: setGem } = Promise.withResolvers<SimulatedGem>()
  const startGem = async () => {
    const gem = await startDemoGem(environment, candidates, say)
    setGem(gem)
    return gem
  }
  say(`starting PostgreSQL, Temporal, a simulated Gem and the worker in ${environment.dataDir} …`)
  return await runStack({ environment, startGem, workerLog: 'file', say }, program, async (stack) => {
    const gem = await gemStarted
    const state = await showSync(stack, gem.apiKey)
    if (exit) return state === 'SUCCEEDED' ? 0 : 1
    say(whereThingsAre(stack, { account: DEMO_ACCOUNT, exists: true }))
    return live(gem)
  })
}, say)

/** Lets the simulated account change now and then, for ever. */
function live(gem: SimulatedGem): Promise<number> {
  console.log(
    `\nEvery ${CHANGE_EVERY_MS / 1000} s something changes in the simulated Gem; the next sync brings it.`,
  )
  setInterval(() => gem.world.randomChange(Math.random), CHANGE_EVERY_MS)
  return new Promise(() => {})
}

/** @returns the state that the sync ended in */
async function showSync(stack: Stack, apiKey: string): Promise<string> {
  await using demo = await connectDemo(stack)
  await addDemoAccount(stack, apiKey)
  const known = await startOrResync(stack, demo)
  const run = await followSync(demo, known)
  await printTables(demo.database, run)
  return run.state
}

function size(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 50 && number <= MOST_CANDIDATES) return number
  throw new InvalidArgumentError(`It must be a whole number from 50 to ${MOST_CANDIDATES}.`)
}
