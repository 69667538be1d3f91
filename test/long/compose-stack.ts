/**
 * The parts of the compose stack as processes, since Docker is not everywhere: its scripts, the Temporal server and the
 * migrations with its environment, a worker as its image has it, and Prometheus with its rules. `npm run test:stack`. It
 * builds the Temporal server with Go at first, and needs `prometheus` and `promtool` on the PATH.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client, Connection } from '@temporalio/client'
import getPort, { portNumbers } from 'get-port'
import { readEnvironment } from '../../src/embedded/environment.ts'
import { buildWithGo } from '../../src/embedded/go-build.ts'
import { startThrowAwayPostgres } from '../../src/embedded/postgres.ts'
import { startServerProcess, tail } from '../../src/embedded/server-process.ts'
import { startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { composeFile, environmentOfService, imageCommand, imageVariables } from '../support/compose.ts'
import { pathOf, textOf } from '../support/deploy-files.ts'
import { allQueries } from '../support/deploy-queries.ts'
import { testStack } from '../support/stack.ts'
import type { TestTemporal } from '../support/temporal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { ENCRYPTION_KEY, startAccount } from '../worker/worker-under-test.ts'

const run = promisify(execFile)
const parts = new AsyncDisposableStack()
const folder = parts.use(temporaryFolder()).path
const bin = join(folder, 'bin')
const app = join(folder, 'app')
const tsNode = process.execPath
/** A user who owns nothing of the image's files; who runs the tests without being root is one already. */
const somebody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

let database: URL
let given: Record<string, string>
const port = { temporal: 0, metrics: 0, worker: 0, prometheus: 0 }
let workerUrl: string

before(async () => {
  chmodSync(folder, 0o755)
  mkdirSync(bin)
  const postgres = parts.adopt(await startThrowAwayPostgres(), (running) => running.stop())
  database = new URL(postgres.url)
  given = {
    POSTGRES_PASSWORD: decodeURIComponent(database.password),
    GEM_ATS_SYNC_WORKER_PASSWORD: 'worker-password',
    GEM_ATS_SYNC_ENCRYPTION_KEY: ENCRYPTION_KEY,
  }
  await linkTools()
  for (const name of Object.keys(port) as (keyof typeof port)[])
    port[name] = await getPort({ port: portNumbers(20_000, 30_000), reserve: true })
})
after(() => parts.disposeAsync())

/** The programs of the images, by the names that they have there. */
async function linkTools(): Promise<void> {
  const version = `v${composeFile().services.temporal?.image.split(':')[1]}`
  const { cacheDir, path } = readEnvironment()
  const module = 'go.temporal.io/server/cmd'
  const packages = [`${module}/server@${version}`, `${module}/tools/sql@${version}`]
  const tool = { name: 'the Temporal server', packages }
  const built = await buildWithGo(tool, join(cacheDir, `temporal-server-${version}`), path, console.error)
  symlinkSync(join(built, 'sql'), join(bin, 'temporal-sql-tool'))
  symlinkSync(join(built, 'server'), join(bin, 'temporal-server'))
  symlinkSync(testStack().temporalCli, join(bin, 'temporal'))
}

/** The environment of a service, on this machine: hosts and ports are others here. */
function environment(service: string): Record<string, string> {
  const here = (value: string) =>
    value
      .replace('@postgres:5432/gem_ats_sync', `@${database.host}${database.pathname}`)
      .replace(/^postgres:\/\/postgres:/, `postgres://${database.username}:`)
      .replace('temporal:7233', `127.0.0.1:${port.temporal}`)
  const filled = Object.entries(environmentOfService(service, given))
  return {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: folder,
    ...Object.fromEntries(filled.map(([name, value]) => [name, here(value)])),
  }
}

const shell = (script: string, env: Record<string, string>) => run('/bin/sh', [pathOf(script)], { env })

test('the scripts set Temporal up on PostgreSQL 18, its server serves with the stack’s environment', async () => {
  const place = { SQL_HOST: database.hostname, SQL_PORT: database.port, SQL_USER: database.username }
  // Each start of the stack runs them.
  for (const _ of ['first', 'again'])
    await shell('deploy/temporal/set-up-schema.sh', { ...environment('temporal-schema'), ...place })
  const log = join(folder, 'temporal.log')
  const server = startServerProcess({
    command: join(bin, 'temporal-server'),
    args: ['start'],
    logFile: log,
    env: {
      ...environment('temporal'),
      ...{ POSTGRES_SEEDS: database.hostname, DB_PORT: database.port, POSTGRES_USER: database.username },
      DYNAMIC_CONFIG_FILE_PATH: pathOf('deploy/temporal/dynamic-config.yaml'),
      PROMETHEUS_ENDPOINT: `127.0.0.1:${port.metrics}`,
      BIND_ON_IP: '127.0.0.1',
      FRONTEND_GRPC_PORT: String(port.temporal),
      ...(await otherPorts()),
    },
  })
  parts.defer(() => server.stop('SIGINT', 20_000))
  for (const _ of ['first', 'again']) {
    await shell('deploy/temporal/set-up-namespace.sh', environment('temporal-namespace')).catch((error) => {
      throw new Error(`${error.message}\n${tail(log)}`)
    })
  }
  const connection = await Connection.connect({ address: `127.0.0.1:${port.temporal}` })
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' })
  await connection.close()
  for (const name of ['GemAccount', 'GemSyncState']) assert.ok(name in (customAttributes ?? {}), name)
})

/** Of the services that find each other: other servers may run on this machine. */
async function otherPorts(): Promise<Record<string, string>> {
  const names = ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'].flatMap((service) => [
    ...(service === 'FRONTEND' ? ['FRONTEND_HTTP_PORT'] : [`${service}_GRPC_PORT`]),
    `${service}_MEMBERSHIP_PORT`,
  ])
  const ports: Record<string, string> = {}
  for (const name of names)
    ports[name] = String(await getPort({ port: portNumbers(20_000, 30_000), reserve: true }))
  return ports
}

test('the image’s steps make a worker that runs as somebody who owns nothing of it', async () => {
  mkdirSync(app)
  for (const path of ['package.json', 'package-lock.json', 'bin', 'src'])
    cpSync(pathOf(path), join(app, path), { recursive: true })
  await run('npm', ['ci', '--omit=dev', '--ignore-scripts'], { cwd: app })
  const bundling = await run(tsNode, ['src/worker/bundle-workflows.ts'], {
    cwd: app,
    maxBuffer: 64 * 2 ** 20,
  })
  writeFileSync(join(app, 'workflows.js'), bundling.stdout)
  await run(tsNode, ['bin/gem-ats-sync.cjs', 'migrate'], {
    cwd: app,
    env: environment('migrate'),
    ...somebody,
  })

  const variables = {
    ...imageVariables(),
    GEM_ATS_SYNC_WORKFLOW_BUNDLE: join(app, 'workflows.js'),
    GEM_ATS_SYNC_HTTP_ADDRESS: `127.0.0.1:${port.worker}`,
  }
  const [, ...args] = imageCommand('')
  const script = join(app, String(args.pop()))
  const worker = startServerProcess({
    command: tsNode,
    args: [...args, script],
    logFile: join(folder, 'worker.log'),
    env: { ...environment('worker'), ...variables },
    ...somebody,
  })
  parts.defer(() => worker.stop('SIGTERM', 45_000))
  workerUrl = `http://127.0.0.1:${port.worker}`
  const [, ...health] = imageCommand('  CMD')
  for (;;) {
    const isWell = await run(tsNode, health, { env: { ...environment('worker'), ...variables } }).then(
      () => true,
      () => false,
    )
    if (isWell) break
    assert.equal(worker.hasEnded(), false, tail(join(folder, 'worker.log')))
    await delay(200)
  }
})

test('Prometheus scrapes the worker that has synced and the server, and takes every rule and query', async () => {
  const gem = parts.adopt(await startSimulatedGem({ candidates: 50, rate: null }), (running) =>
    running.close(),
  )
  const connection = parts.adopt(
    await Connection.connect({ address: `127.0.0.1:${port.temporal}` }),
    (open) => open.close(),
  )
  const temporal = { client: new Client({ connection }), taskQueue: 'gem-ats-sync' } as TestTemporal
  const workerDatabase = environment('worker').DATABASE_URL ?? ''
  const { handle } = await startAccount(workerDatabase, temporal, gem)
  while ((await metric('gem_ats_sync_runs_ended_total{state="SUCCEEDED"}')) !== '1') await delay(200)

  const url = await startPrometheus()
  const ask = async (path: string) => {
    const answer = await fetch(`${url}${path}`)
    return (await answer.json()) as { status: string; data: { result: { metric: Record<string, string> }[] } }
  }
  const query = async (expr: string) =>
    (await ask(`/api/v1/query?query=${encodeURIComponent(expr)}`)).data.result
  const isUp = async () => (await query('up == 1')).map(({ metric: { job } }) => job).sort()
  while ((await isUp()).length < 3) await delay(200)
  assert.deepEqual(await isUp(), ['gem-ats-sync', 'prometheus', 'temporal'])
  for (const { expr } of allQueries())
    assert.equal((await ask(`/api/v1/query?query=${encodeURIComponent(expr)}`)).status, 'success', expr)
  assert.equal((await query('max by (account, model) (gem_ats_sync_freshness_seconds)')).length, 7)
  assert.ok((await query('service_requests')).length > 0, 'the server’s own metrics')
  await handle.terminate()
})

async function metric(sample: string): Promise<string | undefined> {
  const text = await (await fetch(`${workerUrl}/metrics`)).text()
  return text
    .split('\n')
    .find((line) => line.startsWith(sample))
    ?.slice(sample.length + 1)
}

/** With the stack's configuration, but for where its targets are. */
async function startPrometheus(): Promise<string> {
  const place = join(folder, 'prometheus')
  mkdirSync(place)
  cpSync(pathOf('deploy/prometheus/alerts.yml'), join(place, 'alerts.yml'))
  const here = textOf('deploy/prometheus/prometheus.yml')
    .replace('scrape_interval: 15s', 'scrape_interval: 1s')
    .replace(
      /dns_sd_configs:[\s\S]*?refresh_interval: 15s/,
      `static_configs: [{ targets: ['127.0.0.1:${port.worker}'] }]`,
    )
    .replace('temporal:8000', `127.0.0.1:${port.metrics}`)
    .replace('127.0.0.1:9090', `127.0.0.1:${port.prometheus}`)
  writeFileSync(join(place, 'prometheus.yml'), here)
  await run('promtool', ['check', 'config', join(place, 'prometheus.yml')])
  const prometheus = startServerProcess({
    command: 'prometheus',
    args: [
      `--config.file=${join(place, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(place, 'data')}`,
      `--web.listen-address=127.0.0.1:${port.prometheus}`,
    ],
    logFile: join(folder, 'prometheus.log'),
  })
  parts.defer(() => prometheus.stop('SIGTERM', 20_000))
  const url = `http://127.0.0.1:${port.prometheus}`
  for (;;) {
    const ready = await fetch(`${url}/-/ready`).catch(() => null)
    if (ready?.ok) return url
    assert.equal(prometheus.hasEnded(), false, tail(join(folder, 'prometheus.log')))
    await delay(200)
  }
}
