/** A server of another language as a child process: its output in a file, its end observed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { systemVariables } from './environment.ts'
import { findSetpriv } from './setpriv.ts'

export interface ServerCommand {
  readonly command: string
  readonly args: readonly string[]
  /** Where its standard output and error go; undefined: to this process's own. */
  readonly logFile?: string | undefined
  /** Besides what the system tells every program. */
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  readonly gid?: number
  /** A command that runs the server's command under other rights. */
  readonly prefix?: readonly string[]
  /** What it gets when this process dies without having stopped it. */
  readonly orphanSignal?: 'INT' | 'TERM'
}

export interface ServerProcess {
  readonly pid: number
  /** Resolves with a phrase that says how it ended, "exit code 1"; never rejects. */
  readonly ended: Promise<string>
  hasEnded(): boolean
  /** Sends the signal, waits for the end; kills after `graceMs`. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<void>
}

/** Starts the process. It dies with this one where the system can see to that (Linux with setpriv). */
export function startServerProcess(server: ServerCommand): ServerProcess {
  const log = server.logFile === undefined ? 'inherit' : openSync(server.logFile, 'a', 0o600)
  // Inside of the prefix: a change of user would make the kernel forget the wish to die with the parent.
  const wrapped = [...(server.prefix ?? []), ...dieWithParent(server.orphanSignal ?? 'INT')]
  const [command, ...args] = [...wrapped, server.command, ...server.args]
  const child = spawn(command!, args, {
    stdio: ['ignore', log, log],
    // Ctrl-C reaches a whole process group: servers must outlive it to be stopped in order.
    detached: true,
    env: { ...systemVariables(), ...server.env },
    ...(server.uid === undefined ? {} : { uid: server.uid }),
    ...(server.gid === undefined ? {} : { gid: server.gid }),
  })
  if (log !== 'inherit') closeSync(log)
  return observe(child)
}

function observe(child: ChildProcess): ServerProcess {
  let over = false
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`))
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `exit code ${code}` : `killed by ${signal}`),
    )
  }).finally(() => {
    over = true
  })
  return {
    pid: child.pid ?? -1,
    ended,
    hasEnded: () => over,
    async stop(signal, graceMs) {
      if (over || !child.kill(signal)) return
      const timer = new AbortController()
      const late = delay(graceMs, 'late' as const, { signal: timer.signal }).catch(() => 'ended' as const)
      if ((await Promise.race([ended, late])) === 'late') child.kill('SIGKILL')
      timer.abort()
      await ended
    },
  }
}

/** A command to put before another so that it gets a signal when this process dies, even by SIGKILL. */
function dieWithParent(signal: 'INT' | 'TERM'): readonly string[] {
  const setpriv = findSetpriv()
  return setpriv === undefined ? [] : [setpriv, '--pdeathsig', signal, '--']
}

/** The last lines of a log, for a message about a server that ended. */
export function tail(logFile: string, lines = 5): string {
  if (!existsSync(logFile)) return ''
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
}
