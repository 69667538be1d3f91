import type { RunMode, RunTrigger } from '../../../src/database/database-types.ts'
import { type MainTable, mainTables } from '../../../src/streams.ts'

/** What waits in one mode. */
interface Waiting {
  readonly models: Set<MainTable>
  /** Times that were named. */
  readonly times: string[]
  readonly trigger: RunTrigger
}

export interface AskedSync {
  readonly mode: RunMode
  readonly since: string | null
  readonly trigger: RunTrigger
  readonly models: readonly MainTable[]
}

interface ResyncMessage {
  readonly mode?: RunMode
  readonly models?: readonly MainTable[]
  readonly since?: string
}

/**
 * What waits to be synced by the contract: one full and one delta at most, the earlier `since` wins, and what a full
 * reads needs no delta.
 */
export class ExpectedQueue {
  readonly #waiting = new Map<RunMode, Waiting>()

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** Takes in what a message `resync` asks for. Who asked first is named. */
  add(input: unknown, trigger: RunTrigger): void {
    const message = (input ?? {}) as ResyncMessage
    const mode = message.mode ?? (message.since === undefined ? 'full' : 'delta')
    const full = this.#waiting.get('full')
    const needed = (message.models ?? mainTables).filter(
      (model) => mode === 'full' || !full?.models.has(model),
    )
    if (needed.length === 0) return
    const entry = this.#waiting.get(mode) ?? { models: new Set(), times: [], trigger }
    this.#waiting.set(mode, entry)
    for (const model of needed) entry.models.add(model)
    if (message.since !== undefined) entry.times.push(message.since)
    if (mode === 'full') this.#take('delta', needed)
  }

  /** The full comes first. */
  next(): AskedSync | null {
    for (const mode of ['full', 'delta'] as const) {
      const entry = this.#waiting.get(mode)
      if (entry === undefined) continue
      const models = mainTables.filter((table) => entry.models.has(table))
      return { mode, since: entry.times.sort()[0] ?? null, trigger: entry.trigger, models }
    }
    return null
  }

  /** A sync that was asked for has begun. */
  remove(mode: RunMode): void {
    this.#waiting.delete(mode)
  }

  #take(mode: RunMode, models: readonly MainTable[]): void {
    const entry = this.#waiting.get(mode)
    for (const model of models) entry?.models.delete(model)
    if (entry?.models.size === 0) this.#waiting.delete(mode)
  }
}
