import type { PostgresPool } from 'kysely'
import pg from 'pg'

/** A pool whose connections all leave it once one of them has lost its server. */
export class ConnectionPool implements PostgresPool {
  readonly #pool: pg.Pool
  readonly #generations = new WeakMap<pg.PoolClient, number>()
  #generation = 0

  constructor(config: pg.PoolConfig) {
    this.#pool = new pg.Pool(config)
    // A connection that breaks is replaced by the pool, and fails the transaction that has it at its next statement.
    // Whoever listens to neither ends the process.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => {
      client.on('error', () => {})
      this.#generations.set(client, this.#generation)
    })
  }

  get options(): pg.PoolOptions {
    return this.#pool.options
  }

  async connect(): Promise<pg.PoolClient> {
    const client = await this.#pool.connect()
    if (this.#isOutdated(client)) {
      client.release(true)
      return await this.connect()
    }
    const { release } = client
    client.release = (destroy) => release(destroy || this.#isOutdated(client))
    return client
  }

  /** After a failover, connections may still lead to the server that was the primary: new ones lead to the new primary. */
  noteFailure(error: unknown): void {
    if (error instanceof pg.DatabaseError && hasLostServer(error.code ?? '')) this.#generation++
  }

  async end(): Promise<void> {
    await this.#pool.end()
  }

  #isOutdated(client: pg.PoolClient): boolean {
    return this.#generations.get(client) !== this.#generation
  }
}

/** The server is read-only, is starting or stopping, or a pooler in between has lost it. */
const hasLostServer = (code: string) => code === '25006' || code.startsWith('57P0') || code.startsWith('08')
