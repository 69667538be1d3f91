/** How commands find the embedded stack that runs on a data folder. Imports nothing but Node: the CLI uses it. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { lockHolder } from './pid-lock.ts'

export interface StackFile {
  /** Of the role that the worker and the CLI use, which owns nothing. Holds its password. */
  readonly databaseUrl: string
  readonly temporalAddress: string
  readonly namespace: string
  readonly taskQueue: string
  readonly uiUrl: string
  /** Where the worker serves health and metrics. */
  readonly workerUrl: string
  /** Only in the demo: where the simulated Gem serves. */
  readonly gemUrl?: string
  /** Path of the `temporal` program. */
  readonly temporalCli: string
  /** Of the process that runs the stack. */
  readonly pid: number
}

export const TASK_QUEUE = 'gem-ats-sync'

export const stackFilePath = (dataDir: string): string => join(dataDir, 'stack.json')
export const stackLockPath = (dataDir: string): string => join(dataDir, 'stack.lock')
export const encryptionKeyPath = (dataDir: string): string => join(dataDir, 'encryption-key')

/** Written as a whole: whoever waits for it never reads half of it. */
export function writeStackFile(dataDir: string, stack: StackFile): void {
  const draft = `${stackFilePath(dataDir)}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, stackFilePath(dataDir))
}

export function removeStackFile(dataDir: string): void {
  rmSync(stackFilePath(dataDir), { force: true })
}

/** The stack that runs on this data folder; null if none does, or it is not ready yet. */
export function readStackFile(dataDir: string): StackFile | null {
  const holder = lockHolder(stackLockPath(dataDir))
  if (holder === null) return null
  try {
    const stack = JSON.parse(readFileSync(stackFilePath(dataDir), 'utf8')) as StackFile
    // One that a killed stack left behind says nothing about the one that is starting now.
    return stack.pid === holder.pid ? stack : null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** The environment that points the worker and the CLI at a stack; a temporal.toml of the user has no say in it. */
export function variablesFor(dataDir: string, stack: StackFile): Record<string, string> {
  return {
    DATABASE_URL: stack.databaseUrl,
    GEM_ATS_SYNC_ENCRYPTION_KEY: readFileSync(encryptionKeyPath(dataDir), 'utf8').trim(),
    TEMPORAL_ADDRESS: stack.temporalAddress,
    TEMPORAL_NAMESPACE: stack.namespace,
    TEMPORAL_CONFIG_FILE: devNull,
  }
}
