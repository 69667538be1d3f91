/** What processes cost, as Linux counts it, and what they write ahead. */
import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'

/** Of `/proc/<pid>/stat`, counted from the field after the process's name. */
const field = { parent: 1, user: 11, system: 12, endedChildrenUser: 13, endedChildrenSystem: 14 }
const ticksPerSecond = 100

/** CPU seconds of a process and all below it, those that have ended included. */
export function cpuSeconds(pid: number): number {
  const stat = readStat(pid)
  if (stat === null) return 0
  const { user, system, endedChildrenUser, endedChildrenSystem } = field
  const ticks = [user, system, endedChildrenUser, endedChildrenSystem].map((at) => Number(stat[at]))
  const own = ticks.reduce((sum, count) => sum + count, 0) / ticksPerSecond
  return childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), own)
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => readStat(other)?.[field.parent] === String(pid))
}

function readStat(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    // It has ended between two looks.
    return null
  }
}

/** The most memory that a process has had resident, in MiB. */
export function peakMemoryMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024
}

/** How many bytes the cluster has written ahead since it was made. */
export async function walBytes(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query(`select pg_current_wal_lsn() - '0/0'::pg_lsn as bytes`)
    return Number(rows[0].bytes)
  } finally {
    await client.end()
  }
}

export interface Cost {
  readonly seconds: number
  /** CPU seconds of the loader (for the product: of its worker) and of PostgreSQL. */
  readonly loaderCpu: number
  readonly postgresCpu: number
  readonly peakMiB: number
  readonly walBytes: number
}

/** What the given work costs a loader and PostgreSQL. */
export async function measure(
  { loader, postgres, databaseUrl }: { loader: number; postgres: number; databaseUrl: string },
  work: () => Promise<unknown>,
): Promise<Cost> {
  const walBefore = await walBytes(databaseUrl)
  const before = { loader: cpuSeconds(loader), postgres: cpuSeconds(postgres), at: performance.now() }
  await work()
  const seconds = (performance.now() - before.at) / 1000
  return {
    seconds,
    loaderCpu: cpuSeconds(loader) - before.loader,
    postgresCpu: cpuSeconds(postgres) - before.postgres,
    peakMiB: peakMemoryMiB(loader),
    walBytes: (await walBytes(databaseUrl)) - walBefore,
  }
}
