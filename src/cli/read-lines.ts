import { createInterface } from 'node:readline'
import { input, password } from '@inquirer/prompts'
import { UserError } from '../errors.ts'

// Prompts go to standard error: standard output is for results, which may be piped on.
const onStderr = { output: process.stderr }

/**
 * Asks for secrets: hidden at a terminal, else from the first lines of standard input. Never from arguments, which
 * other users of the machine can see and shells remember.
 */
export async function readSecrets(names: readonly string[]): Promise<string[]> {
  if (!process.stdin.isTTY) return readStandardInput(names)
  const secrets: string[] = []
  for (const name of names) {
    const validate = (text: string) => text.trim() !== '' || `The ${name} must not be empty`
    const secret = await password({ message: `${name}:`, mask: '*', toggleMask: false, validate }, onStderr)
    secrets.push(secret.trim())
  }
  return secrets
}

/** Asks for one line that may be seen. */
export async function readAnswer(question: string): Promise<string> {
  if (process.stdin.isTTY) return (await input({ message: question }, onStderr)).trim()
  const [answer = ''] = await readStandardInput(['answer'])
  return answer
}

async function readStandardInput(names: readonly string[]): Promise<string[]> {
  const lines: string[] = []
  const reader = createInterface({ input: process.stdin })
  for await (const line of reader) {
    lines.push(line.trim())
    if (lines.length === names.length) break
  }
  // What else is sent is nobody's to read; open, it would keep the process alive.
  process.stdin.destroy()
  const missing = names.findIndex((_, index) => (lines[index] ?? '') === '')
  if (missing === -1) return lines
  throw new UserError(
    `Line ${missing + 1} of standard input must be the ${names[missing]}; it is empty or not there`,
  )
}
