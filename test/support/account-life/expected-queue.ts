import { isDeepStrictEqual } from 'node:util'
import type { RunMode, RunTrigger } from '../../../src/database/database-types.ts'
import { type MainTable, mainTables } from '../../../src/streams.ts'

/** What is asked of one model: requests that wait together become one. */
interface Wish {
  readonly mode: RunMode
  readonly since: string | null
  readonly confirmDeletions: boolean
  readonly trigger: RunTrigger
}

export interface AskedSync extends Pick<Wish, 'mode' | 'since' | 'trigger'> {
  readonly models: readonly MainTable[]
}

interface ResyncMessage {
  readonly mode?: RunMode
  readonly models?: readonly MainTable[]
  readonly since?: string
  readonly confirmDeletions?: boolean
}

/** What waits to be synced by the contract: full beats delta, the earlier `since` wins, confirmations add up. */
export class ExpectedQueue {
  readonly #wishes = new Map<MainTable, Wish>()

  get isEmpty(): boolean {
    return this.#wishes.size === 0
  }

  /** Takes in what a message `resync` asks for. */
  add(input: unknown, by: RunTrigger): void {
    const message = (input ?? {}) as ResyncMessage
    for (const model of message.models ?? mainTables)
      this.#wishes.set(model, merged(this.#wishes.get(model), message, by))
  }

  /** Models that wait for the same thing are one sync; fulls come first. */
  next(): AskedSync | null {
    const waiting = mainTables.flatMap((model) => {
      const wish = this.#wishes.get(model)
      return wish === undefined ? [] : [{ model, wish }]
    })
    const first = waiting.find(({ wish }) => wish.mode === 'full') ?? waiting[0]
    if (first === undefined) return null
    const { mode, since, trigger } = first.wish
    const isAlike = (wish: Wish) => isDeepStrictEqual({ ...wish, trigger }, first.wish)
    const models = waiting.filter(({ wish }) => isAlike(wish)).map(({ model }) => model)
    return { mode, since, trigger, models }
  }

  /** A sync of these models has begun. */
  remove(models: readonly MainTable[]): void {
    for (const model of models) this.#wishes.delete(model)
  }
}

/** Who asked first is named. */
function merged(waiting: Wish | undefined, message: ResyncMessage, by: RunTrigger): Wish {
  const mode = message.mode ?? (message.since === undefined ? 'full' : 'delta')
  const isFull = mode === 'full' || waiting?.mode === 'full'
  const times = [waiting?.since, message.since].filter((time) => typeof time === 'string').sort()
  return {
    mode: isFull ? 'full' : 'delta',
    since: isFull ? null : (times[0] ?? null),
    confirmDeletions: (waiting?.confirmDeletions ?? false) || message.confirmDeletions === true,
    trigger: waiting?.trigger ?? by,
  }
}
