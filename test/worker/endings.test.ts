/** Whatever fails, the worker ends by itself: with its exit code, and the cause in one sentence as its last line. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { within } from '../../src/within.ts'
import { workflowBundle } from '../../src/worker/workflow-bundle.ts'
import { NOBODY } from '../cli/run-cli.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { testStack } from '../support/stack.ts'
import { connectTestTemporal, type TestTemporal, uniqueName } from '../support/temporal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { type RunningWorker, startWorker } from '../support/worker-process.ts'
import { environmentOf } from './worker-under-test.ts'

/** Far more than the 10 s that it may take: enough to tell a slow machine from a worker that hangs. */
const HANGS_AFTER_MS = 60_000

let database: TestDatabase
let temporal: TestTemporal
before(async () => {
  database = await createTestDatabase()
  temporal = await connectTestTemporal()
})
after(async () => {
  await temporal.close()
  await database.drop()
})

const environment = (other: Record<string, string> = {}) => ({
  ...environmentOf(database.workerUrl, temporal),
  ...other,
})

async function endOf(worker: RunningWorker) {
  return await within(HANGS_AFTER_MS, worker.ended)
}

async function endsWith(code: number, cause: RegExp, worker: RunningWorker): Promise<void> {
  const end = await endOf(worker)
  assert.deepEqual([end.code, end.stderr.trimEnd().split('\n').length], [code, 1], end.stderr)
  assert.match(end.stderr, cause)
  assert.doesNotMatch(end.stderr, /Buffer|\\x|\[Object|^\s+at /)
}

async function operator(...args: readonly string[]): Promise<void> {
  const { temporalCli, temporalAddress } = testStack()
  await promisify(execFile)(temporalCli, ['operator', ...args, '--address', temporalAddress])
}

const codecKey = randomBytes(32).toString('base64')

describe('what can never work as it is configured ends the worker with 2:', () => {
  test('a namespace that is missing', async () => {
    const TEMPORAL_NAMESPACE = uniqueName('missing')
    await using worker = startWorker(environment({ TEMPORAL_NAMESPACE }))
    const cause = `^error: Temporal at ${temporal.address} has no namespace ${TEMPORAL_NAMESPACE}; create it \\(temporal operator namespace create --namespace ${TEMPORAL_NAMESPACE}\\), or set TEMPORAL_NAMESPACE`
    await endsWith(2, new RegExp(cause), worker)
  })

  test('a namespace that is deleted while the worker runs', async () => {
    const namespace = uniqueName('doomed')
    await operator('namespace', 'create', '--namespace', namespace)
    await using worker = startWorker(environment({ TEMPORAL_NAMESPACE: namespace }))
    await worker.line('worker is ready')
    await operator('namespace', 'delete', '--namespace', namespace, '--yes')
    await endsWith(2, new RegExp(`^error: Temporal at \\S+ has no namespace ${namespace}; `), worker)
  })

  test('a bundle that is none', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'workflows.js')
    writeFileSync(file, 'this is no script')
    await using worker = startWorker(environment({ GEM_ATS_SYNC_WORKFLOW_BUNDLE: file }))
    const cause = `^error: GEM_ATS_SYNC_WORKFLOW_BUNDLE \\(${file}\\) is no bundle of this version's workflows`
    await endsWith(2, new RegExp(cause), worker)
  })

  test('a bundle that is of something else', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'workflows.js')
    writeFileSync(file, 'globalThis.something = "else"')
    await using worker = startWorker(environment({ GEM_ATS_SYNC_WORKFLOW_BUNDLE: file }))
    await endsWith(2, /^error: GEM_ATS_SYNC_WORKFLOW_BUNDLE \(\S+\) is no bundle/, worker)
  })

  test('a codec key with the bundle for workers without one', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'workflows.js')
    writeFileSync(file, (await workflowBundle({ prebuilt: null, encodeFailures: false })).code)
    const env = environment({ GEM_ATS_SYNC_WORKFLOW_BUNDLE: file, GEM_ATS_SYNC_CODEC_KEY: codecKey })
    await using worker = startWorker(env)
    await endsWith(2, /^error: .* would leave failures readable in histories/, worker)
  })

  for (const TEMPORAL_ADDRESS of [
    'https://temporal.example:7233',
    'temporal.example:7233/path',
    '127.0.0.1:http',
  ]) {
    test(`the address ${TEMPORAL_ADDRESS}`, async () => {
      await using worker = startWorker(environment({ TEMPORAL_ADDRESS }))
      await endsWith(
        2,
        /^error: TEMPORAL_ADDRESS \(or address in temporal\.toml\) must be a host and a port, such as temporal:7233/,
        worker,
      )
    })
  }

  test('a certificate that cannot be read', async () => {
    await using worker = startWorker(
      environment({ TEMPORAL_TLS_CLIENT_CERT_PATH: '/nonexistent/client.pem' }),
    )
    await endsWith(2, /^error: Temporal's configuration .* cannot be used: .*client\.pem/, worker)
  })

  test('a certificate that is none', async () => {
    const none = { TEMPORAL_TLS_CLIENT_CERT_DATA: 'none', TEMPORAL_TLS_CLIENT_KEY_DATA: 'none' }
    await using worker = startWorker(environment(none))
    await endsWith(
      2,
      /^error: Temporal's connection .* cannot be used as it is configured: \w+ParseError$/m,
      worker,
    )
  })
})

describe('a signal ends a worker', () => {
  test('that waits for PostgreSQL', async () => {
    const DATABASE_URL = `postgres://nobody:nothing@${NOBODY}/none`
    await using worker = startWorker(environment({ DATABASE_URL }))
    await worker.line('PostgreSQL is not ready')
    worker.kill('SIGTERM')
    assert.deepEqual(await endOf(worker), { code: 0, stderr: '' })
  })

  test('that waits for a Temporal that takes connections and does not answer', async () => {
    await using silent = await listenSilently()
    await using worker = startWorker(environment({ TEMPORAL_ADDRESS: silent.address }))
    await silent.connected
    worker.kill('SIGTERM')
    assert.deepEqual(await endOf(worker), { code: 0, stderr: '' })
  })

  test('that waits for a PostgreSQL that takes connections and does not answer', async () => {
    await using silent = await listenSilently()
    const DATABASE_URL = `postgres://nobody:nothing@${silent.address}/none`
    await using worker = startWorker(environment({ DATABASE_URL }))
    await silent.connected
    worker.kill('SIGTERM')
    assert.deepEqual(await endOf(worker), { code: 0, stderr: '' })
  })

  test('that bundles its workflows', async () => {
    await using worker = startWorker(environment())
    await bundlerOf(worker)
    worker.kill('SIGINT')
    assert.deepEqual(await endOf(worker), { code: 0, stderr: '' })
  })

  test('that works', async () => {
    await using worker = startWorker(environment())
    await worker.line('worker is ready')
    worker.kill('SIGTERM')
    assert.deepEqual(await endOf(worker), { code: 0, stderr: '' })
  })
})

/** The process that a worker bundles its workflows in. */
async function bundlerOf({ pid }: RunningWorker): Promise<string> {
  const children = async () =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter((child) => child !== '')
  const [bundler] = await until('the bundler', children, ({ length }) => length > 0)
  return String(bundler)
}

/** A server that is there, and says nothing to whoever connects. */
async function listenSilently() {
  const { promise: connected, resolve } = Promise.withResolvers<void>()
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    resolve()
  })
  server.listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on a port')
  return {
    address: `127.0.0.1:${address.port}`,
    connected,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}
