/** Gem behind a proxy, as in many companies: no name of the outside world can be looked up here. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { generate } from 'selfsigned'
import { databaseOfFile } from '../support/database-of-file.ts'
import { connectTestTemporal, type TestTemporal } from '../support/temporal.ts'
import { type ConnectProxy, startConnectProxy } from './connect-proxy.ts'
import { runCli } from './run-cli.ts'
import { API_KEY } from './toy-gem.ts'

const { database } = await databaseOfFile()

const host = 'gem.example.com'

describe('Gem through a proxy', () => {
  let folder: string
  let proxy: ConnectProxy
  let keys: (string | undefined)[]
  let closeGem: () => void
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gem-proxy-'))
    const { private: key, cert } = await generate([{ name: 'commonName', value: host }], {
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
      ],
    })
    await writeFile(join(folder, 'ca.pem'), cert)
    const gem = createServer({ key, cert }, (request, response) => {
      keys.push(request.headers['x-api-key']?.toString())
      response.setHeader('content-type', 'application/json').end('[]')
    })
    gem.listen(0, '127.0.0.1')
    await once(gem, 'listening')
    closeGem = () => {
      gem.closeAllConnections()
      gem.close()
    }
    proxy = await startConnectProxy((gem.address() as AddressInfo).port)
  })
  after(async () => {
    await proxy[Symbol.asyncDispose]()
    closeGem()
    await rm(folder, { recursive: true })
  })
  beforeEach(() => {
    keys = []
    proxy.tunnels.length = 0
    proxy.status = 200
  })

  let accounts = 0
  const add = (env: Record<string, string>) =>
    runCli(['account', 'add', `acme-${++accounts}`, '--base-url', `https://${host}`], {
      databaseUrl: database.workerUrl,
      env: { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), ...env },
      input: API_KEY,
    })
  const url = (user = '') => `http://${user}127.0.0.1:${proxy.port}`

  for (const name of ['HTTPS_PROXY', 'https_proxy']) {
    test(`is called through a tunnel that ${name} names, with its credentials, and TLS is Gem's own`, async () => {
      const { code, stderr } = await add({ [name]: url('me:hush%2Dhush@') })
      assert.deepEqual([code, stderr], [0, ''])
      assert.deepEqual(proxy.tunnels, [
        {
          target: `${host}:443`,
          authorization: `Basic ${Buffer.from('me:hush-hush').toString('base64')}`,
        },
      ])
      assert.deepEqual(keys, [API_KEY])
    })
  }

  test('is called directly where NO_PROXY names it', async () => {
    const { code } = await add({ HTTPS_PROXY: url(), NO_PROXY: 'example.com' })
    assert.notEqual(code, 0, 'the name leads nowhere')
    assert.deepEqual(proxy.tunnels, [])
  })

  test('that refuses is named without its credentials, and what it answered', async () => {
    proxy.status = 407
    const { code, stderr } = await add({ HTTPS_PROXY: url('me:hush-hush@') })
    assert.notEqual(code, 0)
    assert.match(
      stderr,
      new RegExp(`through the proxy 127.0.0.1:${proxy.port}: the proxy answered with status 407`),
    )
    assert.doesNotMatch(stderr, /hush|me:|me@/)
  })

  test('that is not there is named', async () => {
    const { code, stderr } = await add({ HTTPS_PROXY: 'http://me:hush-hush@127.0.0.1:1' })
    assert.notEqual(code, 0)
    assert.match(stderr, /through the proxy 127\.0\.0\.1:1: the connection failed \(ECONNREFUSED\)/)
    assert.doesNotMatch(stderr, /hush/)
  })

  test('that cannot be one is an error of the variable, which is not repeated', async () => {
    const { code, stderr } = await add({ HTTPS_PROXY: 'socks5://hush-hush:1080' })
    assert.notEqual(code, 0)
    assert.match(stderr, /HTTPS_PROXY must be the URL of an HTTP proxy, such as/)
    assert.doesNotMatch(stderr, /hush/)
  })

  test('is what doctor says', async () => {
    await add({ HTTPS_PROXY: url() })
    const { stdout } = await runCli(['doctor', '--json'], {
      databaseUrl: database.workerUrl,
      env: { HTTPS_PROXY: url('me:hush-hush@') },
    })
    assert.match(stdout, new RegExp(`Gem is called through 127.0.0.1:${proxy.port}"`))
    assert.doesNotMatch(stdout, /hush/)
  })
})

describe('Temporal on this machine', () => {
  let temporal: TestTemporal
  before(async () => {
    temporal = await connectTestTemporal()
  })
  after(() => temporal.close())

  for (const name of ['grpc_proxy', 'https_proxy', 'http_proxy', 'HTTPS_PROXY', 'HTTP_PROXY']) {
    test(`is reached directly, whatever ${name} says`, async () => {
      const { stdout } = await runCli(['doctor', '--json'], {
        databaseUrl: database.workerUrl,
        env: {
          TEMPORAL_ADDRESS: temporal.address,
          TEMPORAL_NAMESPACE: temporal.namespace,
          [name]: 'http://127.0.0.1:1',
        },
      })
      const { checks } = JSON.parse(stdout) as { checks: { check: string; state: string }[] }
      assert.equal(checks.find(({ check }) => check === 'temporal')?.state, 'ok', stdout)
    })
  }
})
