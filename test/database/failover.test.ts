import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import getPort from 'get-port'
import { connect, type Db } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrate.ts'
import { type EmbeddedPostgres, startPostgres } from '../../src/embedded/postgres.ts'
import { runStatement } from '../../src/embedded/postgres-query.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { insertBareAccount } from '../support/direct-sync.ts'
import { testStack } from '../support/stack.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { uniqueName } from '../support/temporal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const { database, owner } = await databaseOfFile()

/** A standby with the same database and role: what a primary becomes when another one has taken its place. */
let standby: EmbeddedPostgres
const parts = new AsyncDisposableStack()

before(async () => {
  const folder = parts.use(temporaryFolder())
  // Root's PostgreSQL runs under another account, which must get in.
  chmodSync(folder.path, 0o755)
  const cluster = { dataDir: folder.path, throwAway: true }
  const primary = await startPostgres(cluster)
  await runStatement(primary.url, `create database ${database.name}`)
  const { workerPassword } = testStack()
  await migrate({ databaseUrl: at(primary.url, { pathname: database.name }), workerPassword })
  await primary.stop()
  writeFileSync(join(folder.path, 'postgres', 'standby.signal'), '')
  standby = parts.adopt(await startPostgres(cluster), (running) => running.stop())
})
after(() => parts.disposeAsync())

function at(url: string, place: { pathname?: string; host?: string }): string {
  return Object.assign(new URL(url), place).href
}

/** Each holds its connection until all of them have one. */
async function holdConnections(db: Db, count: number): Promise<void> {
  const { promise: all, resolve } = Promise.withResolvers<void>()
  let held = 0
  const hold = () =>
    db.connection().execute(async () => {
      if (++held === count) resolve()
      await all
    })
  await Promise.all(Array.from({ length: count }, hold))
}

describe('after a failover that leaves the connections to a server which only reads', () => {
  const writes: Record<string, (db: Db, account: string) => Promise<void>> = {
    'a statement': insertBareAccount,
    'a transaction': (db, account) => db.transaction().execute((trx) => insertBareAccount(trx, account)),
  }
  for (const [what, write] of Object.entries(writes)) {
    test(`${what} fails once, and the next one reaches the new primary`, async () => {
      const port = await getPort()
      await using proxy = await startTcpProxy(port, `127.0.0.1:${standby.port}`)
      await using db = connect(at(database.workerUrl, { host: `127.0.0.1:${port}` }), { max: 4 })
      await holdConnections(db, 4)
      proxy.switchTo(new URL(database.workerUrl).host)
      const account = uniqueName('acme')
      await assert.rejects(write(db, account), { code: '25006' })
      for (const name of [account, `${account}-2`, `${account}-3`, `${account}-4`]) await write(db, name)
      const { rows } = await owner.query('select from sync.accounts where account like $1', [`${account}%`])
      assert.equal(rows.length, 4)
    })
  }
})
