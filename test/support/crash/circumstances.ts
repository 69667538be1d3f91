/** Accounts that wait: a crash then must not make them go on, nor lose where they were. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Bed } from './bed.ts'
import type { Circumstance } from './round.ts'
import type { WatchedAccount } from './watched-account.ts'

/** What follows the strike: it may go on. @returns what was wrong meanwhile */
export type Release = () => Promise<string[]>

type Arrange = (bed: Bed, account: WatchedAccount) => Promise<Release>

const retryAfterS = 8

/** Gem asks for a pause; until it is over no call is made. */
const limited: Arrange = async ({ servers, pool }, watched) => {
  const { account, gem } = watched
  const throttle = gem.faults.add({ kind: 'throttle', retryAfter: retryAfterS })
  watched.mayWaste()
  await until(async () => {
    const { rows } = await servers.whileUp(() =>
      pool.query('select from sync.rate_limits where account = $1 and blocked_until > clock_timestamp()', [
        account,
      ]),
    )
    return rows.length > 0
  })
  throttle.remove()
  return async () => []
}

/** A person pauses it: no call is made until it is resumed. */
const paused: Arrange = async ({ servers, pool }, watched) => {
  const { account, gem, handle } = watched
  await servers.whileUp(() => handle.signal('pause'))
  watched.mayWaste()
  const isPaused = await until(async () => {
    const { rows } = await servers.whileUp(() =>
      pool.query(`select from sync.accounts where account = $1 and state = 'PAUSED'`, [account]),
    )
    return rows.length > 0
  })
  // A slice notices it with its next page.
  let calls = -1
  for (; calls !== gem.requests.total || gem.requests.inFlight > 0; await delay(1_500))
    calls = gem.requests.total
  return async () => {
    const more = gem.requests.total - calls
    await servers.whileUp(() => handle.signal('resume'))
    return more === 0 || !isPaused ? [] : [`${account} is paused, and has made ${more} calls`]
  }
}

const withinMs = 10_000

/** @returns whether it came to be so: no worker may be there to take note. */
async function until(isSo: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; await delay(50)) if (await isSo()) return true
  return false
}

export const circumstances: Record<Circumstance, Arrange> = {
  amid: async () => async () => [],
  limited,
  paused,
}
