import { aheadLists } from '../../../src/database/commit-ahead.ts'
import type { Bed } from './bed.ts'
import { streamsUnderWay } from './look.ts'
import { hurried, leisurely, WatchedAccount } from './watched-account.ts'

/** `many`: several accounts at a time, each synced again and again. `one`: one after the other, each synced once. */
export type PopulationKind = 'many' | 'one'

/** The accounts that are struck. */
export interface Population {
  /** All that there have been so far. */
  readonly accounts: readonly WatchedAccount[]
  /** One may be made to wait: others go on beside it. */
  readonly mayWait: boolean
  /** Those that may be struck now, if they are at work. */
  strikable(): Promise<readonly WatchedAccount[]>
  /** Syncs them until it is told to stop; syncs that are under way then end. */
  live(isOver: () => boolean): Promise<void>
}

type Make = (bed: Bed, options: { readonly seed: number; readonly kills: number }) => Promise<Population>

/** So many that some go on while others wait for a worker to be given up. */
const mostAccounts = 6

const many: Make = async (bed, { seed, kills }) => {
  const accounts: WatchedAccount[] = []
  for (let number = 1; number <= Math.min(mostAccounts, Math.ceil(kills / 3)); number++)
    accounts.push(await WatchedAccount.add(bed, `acme-${number}`, seed + number, leisurely))
  return {
    accounts,
    mayWait: true,
    strikable: async () => accounts,
    async live(isOver) {
      await Promise.all(accounts.map((account) => account.live(isOver)))
    },
  }
}

/** Of a sync: behind more of them in a row Temporal waits for minutes before it tries a slice again. */
const mostStrikes = 3

const one: Make = async (bed, { seed }) => {
  const accounts: WatchedAccount[] = []
  return {
    accounts,
    mayWait: false,
    async strikable() {
      const newest = accounts.at(-1)
      if (!newest?.round || newest.round.strikes >= mostStrikes) return []
      const streams = await bed.servers.whileUp(() => streamsUnderWay(bed.pool, newest.account))
      return streams.some((stream) => aheadLists.has(stream)) ? [newest] : []
    },
    async live(isOver) {
      for (let number = 1; !isOver(); number++) {
        const account = await WatchedAccount.add(bed, `acme-${number}`, seed + number, hurried)
        accounts.push(account)
        await account.syncForTheFirstTime()
      }
    },
  }
}

export const populations: Record<PopulationKind, Make> = { many, one }
