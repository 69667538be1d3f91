import { execFile } from 'node:child_process'
import { networkVariables } from './environment.ts'

export interface CommandOptions {
  /** Besides what the system tells every program, and how others are reached. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** After this long it is killed and has failed. */
  readonly timeoutMs: number
}

/**
 * Runs a program to its end and returns its standard output.
 *
 * @throws {Error} with the last lines that it wrote, or "no answer within … s"
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const settings = {
      env: { ...networkVariables(), ...options.env },
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL' as const,
      maxBuffer: 64 * 1024 * 1024,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    }
    const child = execFile(command, args, settings, (error, stdout, stderr) => {
      process.off('exit', end)
      if (error === null) return resolve(stdout)
      if (error.killed) return reject(new Error(`no answer within ${options.timeoutMs / 1000} s`))
      reject(new Error(lastLines(stderr) || lastLines(stdout) || error.message))
    })
    // A build of minutes must not outlive whoever wanted it.
    const end = () => child.kill()
    process.on('exit', end)
  })
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' | ')
}
