import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { variableNames } from '../src/config/variables.ts'
import { databaseUrlOf, migrationTargetOf, readConfig, readEnvironment } from '../src/config.ts'
import { takeLock } from '../src/embedded/pid-lock.ts'
import { encryptionKeyPath, stackLockPath, TASK_QUEUE, writeStackFile } from '../src/embedded/stack-file.ts'
import { UserError } from '../src/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'gem-ats-sync-config-'))
after(() => rmSync(folder, { recursive: true }))

const key = randomBytes(32).toString('base64')
const DATABASE_URL = 'postgres://worker:pa%24s@db.example/ats'
const minimal = {
  DATABASE_URL,
  GEM_ATS_SYNC_ENCRYPTION_KEY: key,
  GEM_ATS_SYNC_DATA_DIR: join(folder, 'none'),
  TEMPORAL_CONFIG_FILE: join(folder, 'no.toml'),
}

/** The message of the UserError that the environment is refused with. */
function refusal(env: Record<string, string>): string {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
  return assert.fail('it was taken')
}

test('a database and a key are enough; the rest has defaults', () => {
  const config = readConfig(minimal)
  assert.equal(config.databaseUrl, DATABASE_URL)
  assert.equal(config.temporal.connectionOptions.address, 'localhost:7233')
  assert.equal(config.temporal.namespace, 'default')
  assert.equal(config.temporal.taskQueue, 'gem-ats-sync')
  assert.equal(config.log.level, 'info')
  assert.deepEqual(config.worker, {
    maxConcurrentActivities: 20,
    poolSize: 22,
    shutdownGraceMs: 30_000,
    workflowBundle: null,
  })
})

test('Temporal is where its own variables say', () => {
  const { temporal } = readConfig({
    ...minimal,
    TEMPORAL_ADDRESS: 't:1',
    TEMPORAL_NAMESPACE: 'n',
    TEMPORAL_API_KEY: 'k',
  })
  assert.equal(temporal.connectionOptions.address, 't:1')
  assert.ok(temporal.connectionOptions.tls)
  assert.equal(temporal.namespace, 'n')
})

test('traces are sent only where an endpoint is named, and OpenTelemetry is not switched off', () => {
  const traces = (env: Record<string, string>) => readConfig({ ...minimal, ...env }).traces
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
  assert.equal(traces({}), false)
  assert.equal(traces(endpoint), true)
  assert.equal(traces({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector/v1/traces' }), true)
  assert.equal(traces({ ...endpoint, OTEL_SDK_DISABLED: 'true' }), false)
  assert.match(
    refusal({ ...minimal, OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }),
    /^OTEL_EXPORTER_OTLP_EN/,
  )
})

test('workers are versioned by a name and a build id, never by one of them', () => {
  assert.equal(readConfig(minimal).deployment, null)
  const [name, build] = [{ TEMPORAL_DEPLOYMENT_NAME: 'ns/sync' }, { TEMPORAL_WORKER_BUILD_ID: '1.2.0' }]
  assert.deepEqual(readConfig({ ...minimal, ...name, ...build }).deployment, {
    deploymentName: 'ns/sync',
    buildId: '1.2.0',
  })
  assert.match(refusal({ ...minimal, ...name }), /DEPLOYMENT_NAME is set without TEMPORAL_WORKER_BUILD_ID/)
  assert.match(refusal({ ...minimal, ...build }), /BUILD_ID is set without TEMPORAL_DEPLOYMENT_NAME/)
  assert.match(
    refusal({ ...minimal, ...build, TEMPORAL_DEPLOYMENT_NAME: 'a.b' }),
    /^TEMPORAL_DEPLOYMENT_NAME/,
  )
})

/** Each text that lacks one letter, has one twice, or has two of them swapped. */
const slips = (name: string): readonly string[] =>
  [...name].flatMap((letter, at) => [
    name.slice(0, at) + name.slice(at + 1),
    name.slice(0, at) + letter + name.slice(at),
    name.slice(0, at) + name.charAt(at + 1) + letter + name.slice(at + 2),
  ])

describe('a variable with our prefix', () => {
  const own = variableNames.filter((name) => name.startsWith('GEM_ATS_SYNC_'))

  test('that is a known one with a slip of the finger is refused, and the known one is named', () => {
    for (const name of own) {
      for (const slip of [...slips(name), `${name}S`, name.toLowerCase()]) {
        if (slip === name) continue
        assert.equal(
          refusal({ ...minimal, [slip]: 'hush-hush' }),
          `There is no variable ${slip}; did you mean ${name}?`,
        )
      }
    }
  })

  test('that misspells the key of histories never leaves them unencrypted', () => {
    for (const name of ['GEM_ATS_SYNC_CODEC_KEYS', 'GEM_ATS_SYNC_CODEC_KYE', 'GEM_ATS_SYN_CODEC_KEY'])
      assert.match(refusal({ ...minimal, [name]: key }), /did you mean GEM_ATS_SYNC_CODEC_KEY\?$/)
  })

  test('that this version does not know is told of, and changes nothing else', () => {
    const of = (env: Record<string, string>) => readConfig({ ...minimal, ...env })
    const newer = { GEM_ATS_SYNC_WHATEVER: 'x', GEM_ATS_SYNC_API_LIMITS: '5' }
    const { unknownVariables, ...config } = of(newer)
    assert.deepEqual(unknownVariables, ['GEM_ATS_SYNC_API_LIMITS', 'GEM_ATS_SYNC_WHATEVER'])
    assert.deepEqual({ unknownVariables: [], ...config }, of({}))
  })

  test('that Kubernetes injects for a Service is not even told of', () => {
    const address = 'tcp://10.0.0.1:8080'
    const linksOf = (service: string) => ({
      [`${service}_SERVICE_HOST`]: '10.0.0.1',
      [`${service}_SERVICE_PORT`]: '8080',
      [`${service}_SERVICE_PORT_HTTP_METRICS`]: '9464',
      [`${service}_PORT`]: address,
      [`${service}_PORT_8080_TCP`]: address,
      [`${service}_PORT_8080_TCP_PROTO`]: 'tcp',
      [`${service}_PORT_8080_TCP_PORT`]: '8080',
      [`${service}_PORT_8080_TCP_ADDR`]: '10.0.0.1',
      [`${service}_PORT_53_UDP_ADDR`]: '10.0.0.1',
    })
    const services = ['GEM_ATS_SYNC', 'GEM_ATS_SYNC_API', 'GEM_ATS_SYNC_CODEC_SERVER', 'GEM_ATS_SYNC_HTTP']
    const links = Object.assign({}, ...services.map(linksOf)) as Record<string, string>
    assert.deepEqual(readConfig({ ...minimal, ...links }).unknownVariables, [])
  })
})

test('a bad value is refused by the name of its variable, and never repeated', () => {
  const bad = {
    DATABASE_URL: 'mysql://u:hush-hush@h/d',
    GEM_ATS_SYNC_ENCRYPTION_KEY: 'hush-hush',
    GEM_ATS_SYNC_PREVIOUS_ENCRYPTION_KEYS: `${key},hush-hush`,
    GEM_ATS_SYNC_OWNER_DATABASE_URL: 'postgres://u:hush-hush@h:port/d',
    GEM_ATS_SYNC_HTTP_ADDRESS: 'hush-hush',
    GEM_ATS_SYNC_LOG_LEVEL: 'hush-hush',
    GEM_ATS_SYNC_LOG_PRETTY: 'hush-hush',
    GEM_ATS_SYNC_MAX_CONCURRENT_ACTIVITIES: '0',
    GEM_ATS_SYNC_DATABASE_POOL_SIZE: '1',
    GEM_ATS_SYNC_SHUTDOWN_GRACE: '30',
  }
  for (const [name, value] of Object.entries(bad)) {
    const message = refusal({ ...minimal, [name]: value })
    assert.ok(message.startsWith(`${name} must be `), message)
    assert.equal(message.includes('hush'), false)
  }
})

test('health and metrics are served where an address says, and nowhere without one', () => {
  assert.equal(readConfig(minimal).http, null)
  const http = (address: string) => readConfig({ ...minimal, GEM_ATS_SYNC_HTTP_ADDRESS: address }).http
  assert.deepEqual(http('127.0.0.1:9464'), { host: '127.0.0.1', port: 9464 })
  assert.deepEqual(http('localhost:0'), { host: 'localhost', port: 0 })
  assert.deepEqual(http('[::1]:9464'), { host: '::1', port: 9464 })
  for (const bad of [
    '9464',
    ':9464',
    '::1:9464',
    '127.0.0.1',
    'a:65536',
    'http://a:1',
    'a:1/metrics',
    'a b:1',
  ]) {
    assert.match(
      refusal({ ...minimal, GEM_ATS_SYNC_HTTP_ADDRESS: bad }),
      /^GEM_ATS_SYNC_HTTP_ADDRESS must be an address and a port/,
      bad,
    )
  }
})

test('what an example has in the place of a value is refused as such', () => {
  const placeholders = Object.fromEntries(variableNames.map((name) => [name, '<openssl rand -hex 24>']))
  const urls = ['DATABASE_URL', 'GEM_ATS_SYNC_OWNER_DATABASE_URL'].map((name) => [
    name,
    'postgres://u:<openssl rand -hex 24>@h/d',
  ])
  for (const [name, value] of [...Object.entries(placeholders), ...urls])
    assert.match(
      refusal({ ...minimal, [String(name)]: value }),
      new RegExp(`^${name} must be .*, but it still is the placeholder of an example$`),
    )
})

test('an empty variable counts as not set', () => {
  const config = readConfig({ ...minimal, GEM_ATS_SYNC_LOG_LEVEL: '', GEM_ATS_SYNC_TASK_QUEUE: ' ' })
  assert.equal(config.log.level, 'info')
  assert.equal(config.temporal.taskQueue, TASK_QUEUE)
})

test('without any database both ways to name one are said', () => {
  assert.match(refusal({ ...minimal, DATABASE_URL: '' }), /DATABASE_URL.*npm start/)
})

test('the encryption key may be in a file', () => {
  const file = join(folder, 'key')
  writeFileSync(file, `${key}\n`)
  const env = { ...minimal, GEM_ATS_SYNC_ENCRYPTION_KEY: '', GEM_ATS_SYNC_ENCRYPTION_KEY_FILE: file }
  assert.equal(readConfig(env).keyring.current.id, readConfig(minimal).keyring.current.id)
  writeFileSync(file, 'hush-hush')
  assert.match(refusal(env), /GEM_ATS_SYNC_ENCRYPTION_KEY_FILE .*must hold base64 of 32/)
  assert.match(
    refusal({ ...env, GEM_ATS_SYNC_ENCRYPTION_KEY_FILE: join(folder, 'nothing') }),
    /cannot be read \(ENOENT\)/,
  )
  assert.match(refusal({ ...minimal, GEM_ATS_SYNC_ENCRYPTION_KEY: '' }), /no encryption key/)
})

test('previous keys are on the ring behind the current one', () => {
  const previous = [1, 2].map(() => randomBytes(32).toString('base64')).join(', ')
  const { keyring } = readConfig({ ...minimal, GEM_ATS_SYNC_PREVIOUS_ENCRYPTION_KEYS: previous })
  assert.equal(keyring.others.length, 2)
})

test('the owner of the schemas is asked for migrations first', () => {
  const target = (env: Record<string, string>) => migrationTargetOf(readEnvironment({ ...minimal, ...env }))
  assert.equal(target({}).databaseUrl, DATABASE_URL)
  const owner = 'postgres://owner@h/d'
  assert.deepEqual(target({ GEM_ATS_SYNC_OWNER_DATABASE_URL: owner, GEM_ATS_SYNC_WORKER_PASSWORD: 'p' }), {
    databaseUrl: owner,
    workerPassword: 'p',
  })
  assert.throws(() => target({ DATABASE_URL: '' }), UserError)
})

test('the embedded stack that runs gives what is not set, unless another database is meant', (t) => {
  const dataDir = mkdtempSync(join(folder, 'stack-'))
  const databaseUrl = 'postgres://gem_ats_sync_worker:p@127.0.0.1:54321/gem'
  const lock = takeLock(stackLockPath(dataDir))
  assert.ok('release' in lock)
  t.after(() => lock.release())
  writeFileSync(encryptionKeyPath(dataDir), key)
  writeStackFile(dataDir, {
    databaseUrl,
    temporalAddress: '127.0.0.1:12345',
    namespace: 'embedded',
    taskQueue: TASK_QUEUE,
    uiUrl: 'http://127.0.0.1:1',
    workerUrl: 'http://127.0.0.1:9464',
    temporalCli: '/bin/temporal',
    pid: process.pid,
  })
  const env = { GEM_ATS_SYNC_DATA_DIR: dataDir }
  const config = readConfig(env)
  assert.equal(config.databaseUrl, databaseUrl)
  assert.equal(config.temporal.connectionOptions.address, '127.0.0.1:12345')
  assert.equal(config.temporal.namespace, 'embedded')
  assert.equal(config.keyring.current.id, readConfig(minimal).keyring.current.id)

  assert.equal(readConfig({ ...env, TEMPORAL_ADDRESS: 't:1' }).temporal.connectionOptions.address, 't:1')
  const owner = 'postgres://postgres@localhost:54321/gem'
  assert.equal(readConfig({ ...env, DATABASE_URL: owner }).temporal.namespace, 'embedded')
  assert.match(refusal({ ...env, DATABASE_URL }), /no encryption key/)
  assert.equal(databaseUrlOf(readEnvironment({ ...env, DATABASE_URL })), DATABASE_URL)
})
