import { type Program, runProgram, unlessStopped } from '../run-program.ts'
import { type Stack, type StackOptions, startStack } from './stack.ts'
import type { Progress } from './tool-cache.ts'

/** More than what worker, PostgreSQL and Temporal are given to stop, one after the other. */
const STOPS_WITHIN_MS = 120_000

/** Runs a program that has a stack in it; it says when it begins to stop, which takes a moment. */
export async function runStackProgram(
  main: (program: Program) => Promise<number>,
  say: Progress,
): Promise<never> {
  // A terminal that closes must not leave servers behind.
  process.on('SIGHUP', () => process.kill(process.pid, 'SIGTERM'))
  return await runProgram(main, { closeWithinMs: STOPS_WITHIN_MS, onStop: () => say('stopping …') })
}

/** Runs a stack until `use` returns an exit code, a signal asks to stop, or a part fails; then it is stopped in order. */
export async function runStack(
  options: StackOptions,
  { stopping, opened }: Program,
  use: (stack: Stack) => Promise<number>,
): Promise<number> {
  const stack = startStack(options)
  opened.defer(() => stack.stop())
  const used = stack.ready.then((ready) => Promise.race([use(ready), ready.failed]))
  return await unlessStopped(stopping, used)
}
