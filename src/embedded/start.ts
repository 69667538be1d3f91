/** `npm start`: the embedded stack on the data folder, until it is stopped. */
import { UserError } from '../errors.ts'
import { readEnvironment } from './environment.ts'
import { runStack } from './run-stack.ts'
import type { Stack } from './stack.ts'
import { whereThingsAre } from './where-things-are.ts'

try {
  const environment = readEnvironment()
  const say = (line: string) => console.log(line)
  say(`starting PostgreSQL, Temporal and the worker in ${environment.dataDir} …`)
  await runStack({ environment, workerLog: 'inherit', say }, stayUp)
} catch (error) {
  console.error(error instanceof UserError ? `error: ${error.message}` : error)
  process.exitCode = 1
}

async function stayUp(stack: Stack): Promise<number> {
  console.log(whereThingsAre(stack, { account: 'acme', exists: false }))
  return new Promise(() => {})
}
