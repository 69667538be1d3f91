/** What all runs of a benchmark share: PostgreSQL, Temporal, the bundled workflows; and a fresh database for each run. */

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { migrate } from '../src/database/migrate.ts'
import { readEnvironment } from '../src/embedded/environment.ts'
import { type EmbeddedPostgres, startPostgres } from '../src/embedded/postgres.ts'
import { newPassword } from '../src/embedded/secrets.ts'
import { startTemporalServer, type TemporalServer } from '../src/embedded/temporal-server.ts'
import { provideTemporalCli } from '../src/embedded/temporal-tool.ts'
import { startChild } from './child.ts'
import type { SourceAccount, SourceCounts, SourceSettings } from './source.ts'

export interface Source extends AsyncDisposable {
  readonly accounts: readonly SourceAccount[]
  set(settings: SourceSettings): Promise<void>
  counts(): Promise<SourceCounts>
}

export interface Bed extends AsyncDisposable {
  readonly folder: string
  readonly postgres: EmbeddedPostgres
  readonly temporal: TemporalServer
  readonly workflowBundle: string
  createDatabase(): Promise<BenchDatabase>
}

export interface BenchDatabase extends AsyncDisposable {
  readonly ownerUrl: string
  readonly workerUrl: string
}

/** Durable, as for users: PostgreSQL with fsync, Temporal with its file. */
export async function makeBed({ preload = [] }: { preload?: readonly string[] } = {}): Promise<Bed> {
  await using parts = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'gem-ats-sync-bench-'))
  // Root's PostgreSQL runs under another account, which must get in.
  chmodSync(folder, 0o755)
  parts.defer(() => rmSync(folder, { recursive: true, force: true }))
  const cli = await provideTemporalCli(readEnvironment(), (line) => console.error(line))
  if (preload.length > 0) await setPreload(folder, preload)
  const postgres = parts.adopt(await startPostgres({ dataDir: folder }), (running) => running.stop())
  const temporal = parts.adopt(
    await startTemporalServer({ cli, dataDir: folder, port: undefined, uiPort: undefined }),
    (running) => running.stop(),
  )
  const workflowBundle = join(folder, 'workflows.js')
  const bundler = join(import.meta.dirname, '../src/worker/bundle-workflows.ts')
  writeFileSync(workflowBundle, execFileSync(process.execPath, [bundler], { maxBuffer: 64 * 2 ** 20 }))
  const running = parts.move()
  return {
    ...{ folder, postgres, temporal, workflowBundle },
    createDatabase: () => createDatabase(postgres.url),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Libraries are loaded when the server starts. */
async function setPreload(folder: string, libraries: readonly string[]): Promise<void> {
  const postgres = await startPostgres({ dataDir: folder })
  await statement(postgres.url, `alter system set shared_preload_libraries = ${libraries.join(', ')}`)
  await postgres.stop()
}

async function createDatabase(serverUrl: string): Promise<BenchDatabase> {
  const name = `bench_${randomBytes(4).toString('hex')}`
  await statement(serverUrl, `create database ${name}`)
  const ownerUrl = new URL(serverUrl)
  ownerUrl.pathname = `/${name}`
  const workerPassword = newPassword()
  await migrate({ databaseUrl: ownerUrl.href, workerPassword })
  // What the run before left to be written must not be charged to this one.
  await statement(serverUrl, 'checkpoint')
  const workerUrl = new URL(ownerUrl)
  workerUrl.username = 'gem_ats_sync_worker'
  workerUrl.password = workerPassword
  return {
    ownerUrl: ownerUrl.href,
    workerUrl: workerUrl.href,
    [Symbol.asyncDispose]: () => statement(serverUrl, `drop database ${name} with (force)`),
  }
}

async function statement(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(text).finally(() => client.end())
}

/** @param sizes numbers of candidates: an account each */
export async function startSource(...sizes: readonly number[]): Promise<Source> {
  const process = startChild('source.ts', ['--candidates', sizes.join(',')], ['--max-old-space-size=8192'])
  const accounts = await process.next<SourceAccount[]>()
  const origin = new URL(accounts[0]?.url ?? '').origin
  const ask = async <T>(path: string, init?: RequestInit) =>
    (await (await fetch(`${origin}/_bench/${path}`, init)).json()) as T
  return {
    accounts,
    counts: () => ask<SourceCounts>('counts'),
    async set(settings) {
      await ask('settings', { method: 'POST', body: JSON.stringify(settings) })
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  }
}
