/** `npm start`: the embedded stack on the data folder, until it is stopped. */
import './forget-other-variables.ts'

import { readEnvironment } from './environment.ts'
import { runStack, runStackProgram } from './run-stack.ts'
import type { Stack } from './stack.ts'
import { whereThingsAre } from './where-things-are.ts'

const say = (line: string) => console.log(line)

await runStackProgram(async (program) => {
  const environment = readEnvironment()
  say(`starting PostgreSQL, Temporal and the worker in ${environment.dataDir} …`)
  return await runStack({ environment, workerLog: 'inherit', say }, program, stayUp)
}, say)

async function stayUp(stack: Stack): Promise<number> {
  say(whereThingsAre(stack, { account: 'acme', exists: false }))
  return new Promise(() => {})
}
