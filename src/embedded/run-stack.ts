import { UserError } from '../errors.ts'
import { type Stack, type StackOptions, startStack } from './stack.ts'

/**
 * Runs a stack in this process until `use` returns an exit code, a signal asks to stop (0), or a part fails (1,
 * after one clear line); then stops it in order and ends the process.
 */
export async function runStack(
  options: StackOptions,
  use: (stack: Stack) => Promise<number>,
): Promise<never> {
  const interrupted = firstSignal(options)
  const stack = startStack(options)
  const used = stack.ready.then((ready) => Promise.race([use(ready), ready.failed]))
  const code = await Promise.race([used, interrupted]).catch(reportFailure)
  await stack.stop().catch(reportFailure)
  process.exit(code)
}

function firstSignal({ say }: StackOptions): Promise<number> {
  return new Promise((resolve) => {
    let stopping = false
    const stop = () => {
      // A second signal is for those who cannot wait; children end with this process.
      if (stopping) process.exit(130)
      stopping = true
      say('stopping …')
      resolve(0)
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  })
}

function reportFailure(error: unknown): number {
  console.error(error instanceof UserError ? `error: ${error.message}` : error)
  return 1
}
