import { CommanderError } from 'commander'
import { looksLikeKey } from '../accounts/key-like.ts'
import { oneLine } from '../failure-sentence.ts'
import { sayFailure } from '../run-program.ts'

export const FAILED = 1
export const USAGE = 2
export const INTERRUPTED = 130

/** Says on standard error, in one line, what went wrong. @returns the exit code. */
export function reportError(error: unknown): number {
  if (error instanceof CommanderError) return reportUsage(error)
  if (error instanceof Error && error.name === 'ExitPromptError') {
    say('error: interrupted, nothing was changed')
    return INTERRUPTED
  }
  sayFailure(error)
  return FAILED
}

/** `--help` and `--version` come this way too, having printed. */
function reportUsage({ exitCode, code, message }: CommanderError): number {
  if (exitCode === 0) return 0
  if (code === 'commander.excessArguments') say(`${withoutList(message)}; an API key is never an argument`)
  else if (code !== 'commander.help') say(withoutSecrets(oneLine(message)))
  return USAGE
}

/** Commander repeats arguments: a key that was given as one must not come out again. */
function withoutSecrets(message: string): string {
  return message.replace(/'([^']*)'/g, (_, quoted: string) => {
    const [name = ''] = quoted.split('=', 1)
    return looksLikeKey(name) && !name.startsWith('--') ? "'…'" : `'${name}'`
  })
}

/** "… but got 2: x, y." */
function withoutList(message: string): string {
  return message.replace(/(but got \d+).*$/s, '$1')
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
