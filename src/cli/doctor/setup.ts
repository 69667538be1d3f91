import type { Connection } from '@temporalio/client'
import type { Account, TriedCredentials } from '../../accounts/account-store.ts'
import type { Keyring } from '../../accounts/encryption.ts'
import {
  databaseUrlOf,
  type Environment,
  keyringOf,
  readEnvironment,
  type TemporalConfig,
  temporalOf,
} from '../../config.ts'
import { connect, type Db } from '../../database/connect.ts'
import { connectTemporal } from '../account-workflow.ts'

/** How long a statement, or a connection, may take. */
const answerWithinMs = 4_000

/** What the checks look at; each part is made when the first of them asks for it, and fails for each that does. */
export class Setup implements AsyncDisposable {
  /** Whose key is tried with a call to Gem: none, one account's, or all. */
  readonly gem: { readonly account: string } | 'all' | null
  #environment: Environment | null = null
  #db: Db | null = null
  #connection: Promise<Connection> | null = null
  /** Left by the check that reads them, for those that need it. */
  accounts: readonly Account[] = []
  credentials: readonly TriedCredentials[] = []
  /** When a worker last asked for tasks, in milliseconds by Temporal's clock. */
  lastPoll = 0

  constructor(gem: Setup['gem']) {
    this.gem = gem
  }

  get environment(): Environment {
    this.#environment ??= readEnvironment()
    return this.#environment
  }

  get databaseUrl(): string {
    return databaseUrlOf(this.environment)
  }

  get db(): Db {
    this.#db ??= connect(this.databaseUrl, {
      ...{ max: 3, applicationName: 'gem-ats-sync doctor', timeoutMs: answerWithinMs },
    })
    return this.#db
  }

  get keyring(): Keyring {
    return keyringOf(this.environment)
  }

  get temporal(): TemporalConfig {
    return temporalOf(this.environment)
  }

  connection(): Promise<Connection> {
    this.#connection ??= connectTemporal(this.temporal)
    return this.#connection
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What could not be made has been told by the check that wanted it.
    const connection = await this.#connection?.catch(() => null)
    await connection?.close()
    await this.#db?.destroy()
  }
}
