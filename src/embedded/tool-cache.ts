/** Tools that were fetched or built once, kept for all checkouts of a user. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isTaken, takeLock } from './pid-lock.ts'

/** Says what takes long, a line at a time. */
export type Progress = (line: string) => void

/**
 * Returns `folder` once it is there, making it at first use: `make` fills a folder aside, which is then moved
 * into place, so that nobody ever sees half a tool. Only one process makes it; others wait for that one.
 */
export async function keepFolder(
  folder: string,
  make: (draft: string) => Promise<void>,
  progress: Progress,
): Promise<string> {
  if (existsSync(folder)) return folder
  mkdirSync(dirname(folder), { recursive: true })
  const lock = await waitForLock(`${folder}.lock`, progress)
  try {
    if (!existsSync(folder)) await makeAside(folder, make)
    return folder
  } finally {
    lock.release()
  }
}

async function waitForLock(path: string, progress: Progress) {
  let told = false
  for (;;) {
    const result = takeLock(path)
    if (!isTaken(result)) return result
    if (!told) progress(`waiting for process ${result.pid}, which is at it already …`)
    told = true
    await delay(250)
  }
}

async function makeAside(folder: string, make: (draft: string) => Promise<void>): Promise<void> {
  const draft = mkdtempSync(`${folder}.new-`)
  try {
    await make(draft)
    renameSync(draft, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
