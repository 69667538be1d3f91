import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { runCli } from '../cli/run-cli.ts'
import { type Identity, newIdentity, startCloudLikeTemporal } from '../support/cloud-like-temporal.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { connectTestTemporal, type TestTemporal } from '../support/temporal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { askReady, environmentOf, startAccount, startReadyWorker } from './worker-under-test.ts'

const parts = new AsyncDisposableStack()
let database: TestDatabase
let temporal: TestTemporal
let gem: SimulatedGem
let server: Identity
let files: Record<'serverCert' | 'clientCert' | 'clientKey', string>
let client: Identity

before(async () => {
  database = parts.use(await createTestDatabase())
  temporal = parts.use(await connectTestTemporal())
  gem = parts.adopt(await startSimulatedGem({ candidates: 20, rate: null }), (running) => running.close())
  server = await newIdentity()
  client = await newIdentity()
  const folder = parts.use(temporaryFolder()).path
  const write = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  files = {
    serverCert: write('server.pem', server.cert),
    clientCert: write('client.pem', client.cert),
    clientKey: write('client.key', client.key),
  }
})
after(() => parts.disposeAsync())

const environment = () => ({
  ...environmentOf(database.workerUrl, temporal),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: files.serverCert,
})

test('a worker syncs by an API key over TLS, without the operator’s calls that Temporal Cloud refuses', async () => {
  const apiKey = 'a-key-for-temporal'
  await using cloud = await startCloudLikeTemporal({ target: temporal.address, server, apiKey })
  await using worker = await startReadyWorker({
    ...environment(),
    TEMPORAL_ADDRESS: cloud.address,
    TEMPORAL_API_KEY: apiKey,
  })
  const { handle, account } = await startAccount(database.workerUrl, temporal, gem)
  assert.equal((await worker.line('sync ended')).state, 'SUCCEEDED')
  // It has found another way to learn that they are there.
  assert.deepEqual((await handle.describe()).searchAttributes.GemAccount, [account])
  await handle.terminate()
  assert.ok([...cloud.passed].every((path) => path.startsWith('/temporal.api.workflowservice.')))
  assert.deepEqual(
    [...cloud.refused],
    ['/temporal.api.operatorservice.v1.OperatorService/ListSearchAttributes'],
  )
})

test('a worker is ready by a certificate of its own over TLS', async () => {
  await using cloud = await startCloudLikeTemporal({ target: temporal.address, server, client })
  await using worker = await startReadyWorker({
    ...environment(),
    TEMPORAL_ADDRESS: cloud.address,
    TEMPORAL_TLS_CLIENT_CERT_PATH: files.clientCert,
    TEMPORAL_TLS_CLIENT_KEY_PATH: files.clientKey,
  })
  assert.equal((await askReady(worker.at)).ready, true)
})

for (const variable of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'])
  test(`the worker and doctor both trust the authority that ${variable} names`, async () => {
    await using cloud = await startCloudLikeTemporal({ target: temporal.address, server })
    const env = {
      ...environmentOf(database.workerUrl, temporal),
      TEMPORAL_ADDRESS: cloud.address,
      TEMPORAL_TLS: 'true',
      [variable]: files.serverCert,
    }
    await using worker = await startReadyWorker(env)
    assert.equal((await askReady(worker.at)).ready, true)
    const { stdout } = await runCli(['doctor', '--json'], { env })
    const { checks } = JSON.parse(stdout) as { checks: { check: string; state: string; found: string }[] }
    const { state, found } =
      checks.find(({ check }) => check === 'temporal') ?? assert.fail('it was not tried')
    assert.equal(state, 'ok', found)
  })
