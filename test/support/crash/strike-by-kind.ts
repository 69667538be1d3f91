/** What each kind of strike does. Each resolves when all that it killed has been started again, with what happened. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Cut } from '../commit-cutter.ts'
import type { RunningWorker } from '../worker-process.ts'
import type { Bed } from './bed.ts'
import { identityOf } from './fleet.ts'
import type { Killable } from './killable.ts'
import { type PendingSlice, pendingSlices } from './look.ts'
import type { StrikeKind } from './round.ts'
import type { WatchedAccount } from './watched-account.ts'

type Act = (bed: Bed, accounts: readonly WatchedAccount[]) => Promise<string>

/** More than the heartbeat's time-out and a few attempts. */
const takenOverWithinMs = 120_000

const killServers =
  (choose: (bed: Bed) => readonly (Killable | null)[]): Act =>
  async (bed, accounts) => {
    for (const account of accounts) account.mayWaste()
    await bed.servers.whileUp(async () => {
      const struck = choose(bed).filter((server) => server !== null)
      await Promise.all(struck.map((server) => server.kill()))
      // A database before what needs it.
      for (const server of struck) await server.restart()
    })
    return ''
  }

export interface Busy {
  readonly worker: RunningWorker
  readonly account: WatchedAccount
  readonly slices: readonly PendingSlice[]
}

/** Who works on which account's slices. */
export async function busyWorkers(
  bed: Bed,
  accounts: readonly WatchedAccount[],
  workers: readonly RunningWorker[] = bed.fleet.workers,
): Promise<Busy[]> {
  const found: Busy[] = []
  for (const account of accounts.filter(({ round }) => round !== null)) {
    const slices = await bed.servers.whileUp(() => pendingSlices(account.handle))
    for (const worker of workers) {
      const own = slices.filter((slice) => slice.isBegun && slice.identity === identityOf(worker))
      if (own.length > 0) found.push({ worker, account, slices: own })
    }
  }
  return found
}

const killWorker: Act = async (bed, accounts) => {
  const first = await firstBusy(bed, accounts)
  await bed.fleet.kill(first.worker)
  // One of its slices may have ended since, and another one of the same account begun that Temporal does not show yet.
  const others = (await heldBy(bed, accounts, first.worker)).filter(
    ({ account }) => account !== first.account,
  )
  return lose([first, ...others], 1)
}

async function firstBusy(bed: Bed, accounts: readonly WatchedAccount[]): Promise<Busy> {
  for (;;) {
    const [first] = await busyWorkers(bed, accounts)
    if (first !== undefined) return first
    await delay(50)
  }
}

/** What a worker that works no more had begun: Temporal does not know yet. */
async function heldBy(bed: Bed, accounts: readonly WatchedAccount[], worker: RunningWorker): Promise<Busy[]> {
  return (await busyWorkers(bed, accounts, [worker])).filter(({ slices }) => slices.length > 0)
}

function lose(held: readonly Busy[], times: number): string {
  for (const { account } of held) account.mayWaste(times)
  return held.map(({ account, slices }) => `${slices.length} slices of ${account.account}`).join(', ')
}

const cut =
  (when: Cut): Act =>
  async (bed, accounts) => {
    const name = new RegExp(`\\b(${accounts.map(({ account }) => account).join('|')})\\b`)
    const whose = await bed.cutter.cutNext(when, name)
    for (const each of accounts) if (each.account === whose) each.mayWaste()
    return `a page of ${whose}`
  }

/** A worker stands still for longer than it may be silent, and wakes up when its work is in other hands. */
const makeZombie: Act = async (bed, accounts) => {
  const { worker } = await firstBusy(bed, accounts)
  worker.kill('SIGSTOP')
  const held = await heldBy(bed, accounts, worker)
  const since = Date.now()
  while (!(await isTakenOver(bed, held))) {
    if (Date.now() - since > takenOverWithinMs)
      throw new Error('nobody has taken over from a worker that stands still')
    await delay(100)
  }
  // Its own pages in flight, and those that it asks for before it hears that it is fenced off.
  const slices = lose(held, 2)
  worker.kill('SIGCONT')
  const slept = `${Math.round((Date.now() - since) / 1000)} s, ${slices}`
  const fenced = worker.mentions('a newer attempt has taken this stream over').then(() => 'fenced off')
  const isQuiet = delay(5_000).then(() => 'not heard of again')
  return `${slept}; ${await Promise.race([fenced, isQuiet])}`
}

/** Another worker has begun each slice, or has even ended it. */
async function isTakenOver(bed: Bed, held: readonly Busy[]): Promise<boolean> {
  for (const { account, slices, worker } of held) {
    const now = await bed.servers.whileUp(() => pendingSlices(account.handle))
    for (const { activityId } of slices) {
      const slice = now.find((each) => each.activityId === activityId)
      if (slice !== undefined && !(slice.isBegun && slice.identity !== identityOf(worker))) return false
    }
  }
  return true
}

export const strikeByKind: Record<StrikeKind, Act> = {
  worker: killWorker,
  postgres: killServers(({ servers }) => [servers.postgres]),
  temporal: killServers(({ servers }) => [servers.temporal]),
  temporalPostgres: killServers(({ servers }) => [servers.temporalPostgres]),
  'both databases': killServers(({ servers }) => [
    servers.postgres,
    servers.temporalPostgres ?? servers.temporal,
  ]),
  zombie: makeZombie,
  'cut before COMMIT': cut('before'),
  'cut after COMMIT': cut('after'),
}
