import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../database/connect.ts'
import { type Rate, reserveSlots } from '../database/rate-limit.ts'
import { WaitError } from '../errors.ts'
import type { Limiter } from '../gem/limiter.ts'

/** Slots reserved at a time: few enough to lose when a slice ends, enough to spare the database. */
const batch = 4

/** A slice's share of its account's one limiter, which lives in PostgreSQL; it also counts the calls. */
export class AccountLimiter implements Limiter {
  readonly #db: Db
  readonly #account: string
  readonly #rate: Rate
  /** Times at which reserved calls may be made, by this process's monotonic clock. */
  #slots: number[] = []
  #reserving: Promise<void> | null = null
  #calls = 0

  constructor(db: Db, account: string, rate: Rate) {
    this.#db = db
    this.#account = account
    this.#rate = rate
  }

  /** @throws WaitError while Gem has asked for a pause. */
  async acquire(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    let slot = this.#slots.shift()
    while (slot === undefined) {
      this.#reserving ??= this.#reserve().finally(() => {
        this.#reserving = null
      })
      await this.#reserving
      slot = this.#slots.shift()
    }
    const wait = slot - performance.now()
    if (wait > 0) await delay(wait, undefined, signal ? { signal } : {})
    this.#calls++
  }

  /** Calls made since the last time this was asked. */
  takeCalls(): number {
    const calls = this.#calls
    this.#calls = 0
    return calls
  }

  async #reserve(): Promise<void> {
    const reservation = await reserveSlots(this.#db, this.#account, this.#rate, batch)
    if (reservation.kind === 'blocked') {
      throw new WaitError('Gem has asked for a pause', 'throttled', reservation.until)
    }
    const now = performance.now()
    this.#slots.push(...reservation.delays.map((wait) => now + wait))
  }
}
