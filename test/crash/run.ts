/** Takes a quarter of an hour, so it is a script of its own: `npm run test:crash -- --seed=7 --kills=100 --on=cluster --accounts=one`. */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { crash } from '../support/crash/index.ts'
import { stackVariables } from '../support/stack.ts'
import { startTestStack } from '../support/start-stack.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    kills: { type: 'string', default: '100' },
    on: { type: 'string', default: 'dev' },
    accounts: { type: 'string', default: 'many' },
  },
})
const [seed, kills, on, accounts] = [Number(values.seed), Number(values.kills), values.on, values.accounts]
if (!Number.isInteger(seed)) throw new Error(`--seed=${values.seed}: expected a whole number`)
if (!Number.isInteger(kills) || kills < 1)
  throw new Error(`--kills=${values.kills}: expected a number above 0`)
if (on !== 'dev' && on !== 'cluster') throw new Error(`--on=${on}: expected dev or cluster`)
if (accounts !== 'many' && accounts !== 'one') throw new Error(`--accounts=${accounts}: expected many or one`)

console.log(`seed ${seed}: ${kills} kills on ${on}, accounts: ${accounts}`)
using folder = temporaryFolder()
const stack = await startTestStack(folder.path)
try {
  Object.assign(process.env, stackVariables(stack.where))
  const { passed, failed, problems, summary } = await crash({ seed, kills, on, accounts, say: console.log })
  for (const problem of problems) console.log(problem)
  console.log(`seed ${seed}: ${summary}`)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && problems.length === 0 ? 0 : 1
} finally {
  await stack.stop()
}
