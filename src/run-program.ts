/** Runs a program to its end, and sees to it that there is one: whatever fails, and whenever a signal comes. */
import { isDebug } from './config.ts'
import { UserError } from './errors.ts'
import { sentenceOf, stackOf } from './failure-sentence.ts'
import { TimeLimitError, within } from './within.ts'

export interface Program {
  /** Aborted by SIGINT or SIGTERM. */
  readonly stopping: AbortSignal
  /** Whatever the program opens goes in here, and is closed in reverse order, whatever has happened. */
  readonly opened: AsyncDisposableStack
}

export interface ProgramOptions {
  /** By default 1. */
  readonly exitCodeOf?: (error: unknown) => number
  /** How long closing may take once the program has failed, or was stopped: servers that are gone do not say goodbye. */
  readonly closeWithinMs?: number
  /** Told once, when a signal asks to stop. */
  readonly onStop?: () => void
}

const CLOSE_WITHIN_MS = 5_000
/** Below npm, Ctrl-C arrives twice: from the terminal, and from npm, which passes on what it got. */
const SAME_SIGNAL_MS = 1_000
const INTERRUPTED = 130

/**
 * Ends the process with the code that `main` returns; with 0 if a signal came first and `main` gave up because of it.
 * A failure is said on standard error, as the last line and in one sentence.
 */
export async function runProgram(
  main: (program: Program) => Promise<number>,
  options: ProgramOptions = {},
): Promise<never> {
  const stopping = stopSignal(options.onStop)
  const opened = new AsyncDisposableStack()
  let code = 0
  let failure: unknown
  try {
    code = await Promise.race([main({ stopping, opened }), uncaught()])
  } catch (error) {
    if (!isBecauseOf(stopping, error)) failure = error
  }
  try {
    await within(options.closeWithinMs ?? CLOSE_WITHIN_MS, opened.disposeAsync())
  } catch (error) {
    if (!(error instanceof TimeLimitError)) failure ??= error
  }
  if (failure !== undefined) {
    code = options.exitCodeOf?.(failure) ?? 1
    sayFailure(failure)
  }
  process.exit(code)
}

/** Says on standard error, in one line, what went wrong; with DEBUG=gem-ats-sync, also where. */
export function sayFailure(error: unknown): void {
  if (isDebug() && error instanceof Error) process.stderr.write(`${stackOf(error)}\n`)
  process.stderr.write(`error: ${sentenceOf(error)}\n`)
}

/** Waits for the promise, and gives up when a signal comes: what it was for is no longer wanted. */
export async function unlessStopped<T>(stopping: AbortSignal, promise: Promise<T>): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  const stop = () => reject(stopping.reason)
  if (stopping.aborted) stop()
  stopping.addEventListener('abort', stop)
  try {
    return await Promise.race([promise, stopped])
  } finally {
    stopping.removeEventListener('abort', stop)
  }
}

/** Replaces this process by another program, to which signals then go, and whose exit code is this process's own. */
export function becomeProgram(file: string, args: readonly string[], env: NodeJS.ProcessEnv): never {
  if (process.execve !== undefined) return process.execve(file, [file, ...args], env)
  throw new UserError(`this system cannot replace a process by another; run ${file} itself`)
}

/** A second signal, some time after the first, is for those who cannot wait. */
function stopSignal(onStop?: () => void): AbortSignal {
  const controller = new AbortController()
  let firstAt: number | undefined
  const stop = () => {
    if (firstAt !== undefined) {
      if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(INTERRUPTED)
      return
    }
    firstAt = performance.now()
    onStop?.()
    controller.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  return controller.signal
}

/** What nobody has waited for, or caught. */
function uncaught(): Promise<never> {
  return new Promise((_, reject) => {
    process.on('uncaughtException', reject)
    process.on('unhandledRejection', reject)
  })
}

function isBecauseOf(stopping: AbortSignal, error: unknown): boolean {
  return stopping.aborted && error instanceof Error && error.name === 'AbortError'
}
