import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../database/connect.ts'
import { afterRefusal } from '../database/learned-rate.ts'
import { noteRefusal, type Rate, readBlock, reserveSlots } from '../database/rate-limit.ts'
import { BlockedError, type WaitError } from '../errors.ts'
import type { Limiter, Permit } from '../gem/limiter.ts'
import { backOff } from './back-off.ts'

interface Slot {
  /** When the call may be made, by this process's monotonic clock. */
  readonly at: number
  /** The rate, in calls a second, that lets it through. */
  readonly perSecond: number
}

/**
 * A slice's share of its account's one limiter, which lives in PostgreSQL; it also counts the calls. It holds no slot
 * that no call is waiting for: none is lost when the slice ends, none is left to be used late and all at once.
 */
export class AccountLimiter implements Limiter {
  readonly #db: Db
  readonly #account: string
  readonly #settings: Rate
  readonly #throttledBefore: number
  /** Calls that wait for a slot to be reserved. */
  #asking: PromiseWithResolvers<Slot>[] = []
  #isReserving = false
  #calls = 0

  /**
   * @param settings the most that the account may do.
   * @param throttledBefore 429s in a row before this slice.
   */
  constructor(db: Db, account: string, settings: Rate, throttledBefore: number) {
    this.#db = db
    this.#account = account
    this.#settings = settings
    this.#throttledBefore = throttledBefore
  }

  /** @throws BlockedError while Gem has asked for a pause, also where it asked while this call waited for its slot. */
  async acquire(signal?: AbortSignal): Promise<Permit> {
    signal?.throwIfAborted()
    const { at, perSecond } = await this.#nextSlot()
    if (await waitUntil(at, signal)) await this.#checkBlock()
    this.#calls++
    return { refused: (refusal) => this.#learn(refusal, perSecond) }
  }

  /** Calls made since the last time this was asked. */
  takeCalls(): number {
    const calls = this.#calls
    this.#calls = 0
    return calls
  }

  #nextSlot(): Promise<Slot> {
    const asking = Promise.withResolvers<Slot>()
    this.#asking.push(asking)
    if (!this.#isReserving) void this.#reserveForAll()
    return asking.promise
  }

  /** One statement for all calls that ask by then: those begun side by side, and those that came during the last one. */
  async #reserveForAll(): Promise<void> {
    this.#isReserving = true
    await null
    while (this.#asking.length > 0) await this.#reserve(this.#asking.splice(0))
    this.#isReserving = false
  }

  async #reserve(asking: readonly PromiseWithResolvers<Slot>[]): Promise<void> {
    try {
      const reservation = await reserveSlots(this.#db, this.#account, this.#settings, asking.length)
      if (reservation.kind === 'blocked') throw new BlockedError('Gem has asked for a pause')
      const now = performance.now()
      const { delays, perSecond } = reservation
      for (const [index, { resolve }] of asking.entries())
        resolve({ at: now + (delays[index] ?? 0), perSecond })
    } catch (error) {
      for (const { reject } of asking) reject(error)
    }
  }

  /** Another slice's call may have been refused since the slot was reserved. */
  async #checkBlock(): Promise<void> {
    if ((await readBlock(this.#db, this.#account)) > 0) throw new BlockedError('Gem has asked for a pause')
  }

  async #learn({ reason, until }: WaitError, perSecond: number): Promise<void> {
    const pauseMs = until === null ? backOff(reason, this.#throttledBefore) : until.getTime() - Date.now()
    // A used-up quota says nothing about how fast it may be used.
    const learned = reason === 'throttled' ? afterRefusal(perSecond) : null
    await noteRefusal(this.#db, this.#account, { pauseMs, learned })
  }
}

/** @returns whether there was time to wait for. A timer may fire early: it counts from its loop's last look at the clock. */
async function waitUntil(at: number, signal: AbortSignal | undefined): Promise<boolean> {
  let hasWaited = false
  for (let ms = at - performance.now(); ms > 0; ms = at - performance.now()) {
    await delay(Math.ceil(ms), undefined, signal ? { signal } : {})
    hasWaited = true
  }
  return hasWaited
}
