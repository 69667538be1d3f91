import assert from 'node:assert/strict'
import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { type EmbeddedPostgres, startPostgres } from '../../src/embedded/postgres.ts'
import { runStatement } from '../../src/embedded/postgres-query.ts'
import { testStack } from '../support/stack.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

async function read(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

async function withPostgres(
  dataDir: string,
  use: (postgres: EmbeddedPostgres) => Promise<void>,
): Promise<void> {
  const postgres = await startPostgres({ dataDir })
  try {
    await use(postgres)
  } finally {
    await postgres.stop()
  }
}

test('PostgreSQL comes back with every committed row after it was killed', async () => {
  using folder = temporaryFolder()
  await withPostgres(folder.path, async (postgres) => {
    await runStatement(postgres.url, 'CREATE TABLE public.t AS SELECT generate_series(1, 1000) AS n')
    process.kill(postgres.pid, 'SIGKILL')
    assert.equal(await postgres.ended, 'killed by SIGKILL')
  })
  await withPostgres(folder.path, async (postgres) => {
    assert.deepEqual(await read(postgres.url, 'SELECT count(*)::int FROM public.t'), [1000])
  })
})

test('PostgreSQL replaces one that a killed stack left running on the same folder', async () => {
  using folder = temporaryFolder()
  const left = await startPostgres({ dataDir: folder.path })
  await withPostgres(folder.path, async (postgres) => {
    assert.equal(await left.ended, 'exit code 0')
    assert.deepEqual(await read(postgres.url, 'SELECT current_user::text'), ['postgres'])
  })
})

test('PostgreSQL starts in a folder that only its owner may enter, and wants a password', async () => {
  using folder = temporaryFolder()
  chmodSync(folder.path, 0o700)
  await withPostgres(folder.path, async (postgres) => {
    const wrong = new URL(postgres.url)
    wrong.password = 'guessed'
    await assert.rejects(read(wrong.href, 'SELECT 1'), /password authentication failed/)
    assert.deepEqual(await read(postgres.url, 'SHOW listen_addresses'), ['127.0.0.1'])
    assert.equal(statSync(join(folder.path, 'postgres-password')).mode & 0o777, 0o600)
  })
})

test('PostgreSQL starts on another port than the one asked for, if that is in use, and says so', async () => {
  using folder = temporaryFolder()
  const { port } = new URL(testStack().postgresUrl)
  const said: string[] = []
  const postgres = await startPostgres({ dataDir: folder.path, port, say: (line) => said.push(line) })
  await postgres.stop()
  assert.notEqual(String(postgres.port), port)
  assert.deepEqual(said, [
    `PGPORT asks for port ${port} for PostgreSQL, which cannot be had on 127.0.0.1; it gets ${postgres.port} instead`,
  ])
})

test('PostgreSQL does not start on the files of another major version', async () => {
  using folder = temporaryFolder()
  await withPostgres(folder.path, async () => {})
  writeFileSync(join(folder.path, 'postgres', 'PG_VERSION'), '17\n')
  await assert.rejects(
    startPostgres({ dataDir: folder.path }),
    /must hold a PostgreSQL 18 cluster, but its version is 17/,
  )
})
