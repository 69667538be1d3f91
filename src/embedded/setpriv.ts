/** util-linux' setpriv, which runs a command with other rights; on most Linux systems it is there. */
import { readFileSync } from 'node:fs'
import { readEnvironment } from './environment.ts'
import { onPath } from './on-path.ts'

/** The path of setpriv; undefined where there is none that knows the options used here. */
export function findSetpriv(): string | undefined {
  if (process.platform !== 'linux') return undefined
  const path = onPath('setpriv', readEnvironment().path)
  // busybox has a command of that name with hardly any of its options.
  if (path === undefined || readFileSync(path).includes('BusyBox')) return undefined
  return path
}
