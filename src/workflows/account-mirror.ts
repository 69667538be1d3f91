import { ActivityFailure, condition, isCancellation } from '@temporalio/workflow'
import type { MirroredState } from '../activities/account.types.ts'
import { bookkeeping } from './activities.ts'
import { obstacles } from './obstacles.ts'
import type { AccountState } from './state.ts'

/**
 * Keeps `sync.accounts.state` as the workflow's own state is, so that a running slice notices a pause at its next
 * page. It alone writes there, one write after the other.
 */
export class AccountMirror {
  readonly #account: string
  readonly #state: AccountState
  readonly #onRefused: () => void
  /** What PostgreSQL knows. */
  #known: MirroredState = { state: 'ACTIVE', reason: null }
  /** PostgreSQL is being told. */
  #isWriting = false

  /** @param onRefused told when PostgreSQL will not take the state: the account may have been removed. */
  constructor(account: string, state: AccountState, onRefused: () => void) {
    this.#account = account
    this.#state = state
    this.#onRefused = onRefused
  }

  /** Takes note of what PostgreSQL was found to know. */
  found(known: MirroredState): void {
    this.#known = known
  }

  /** Returns once PostgreSQL knows what is so now. */
  async settled(): Promise<void> {
    await condition(() => this.#isTrue())
  }

  /** PostgreSQL knows what is so now, and is not being told anything. */
  get isAtRest(): boolean {
    return !this.#isWriting && this.#isTrue()
  }

  /** Ends with the workflow. */
  async keep(): Promise<never> {
    for (;;) {
      await condition(() => !this.#isTrue())
      const wanted = mirroredOf(this.#state)
      this.#isWriting = true
      await this.#write(wanted)
      this.#isWriting = false
      this.#known = wanted
    }
  }

  async #write(wanted: MirroredState): Promise<void> {
    const summary = `account is ${wanted.state}`
    try {
      await bookkeeping.setAccountState.executeWithOptions({ summary }, [
        { account: this.#account, ...wanted },
      ])
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error
      this.#onRefused()
    }
  }

  #isTrue(): boolean {
    const wanted = mirroredOf(this.#state)
    return wanted.state === this.#known.state && wanted.reason === this.#known.reason
  }
}

export function mirroredOf({ obstacle, paused }: AccountState): MirroredState {
  if (obstacle !== null) return { state: obstacles[obstacle.kind].mirrored, reason: obstacle.why }
  if (paused) return { state: 'PAUSED', reason: 'paused by a person' }
  return { state: 'ACTIVE', reason: null }
}
