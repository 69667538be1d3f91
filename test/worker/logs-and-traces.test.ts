import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { wordsOfPeople } from '../support/people.ts'
import { connectTestTemporal, type TestTemporal } from '../support/temporal.ts'
import type { LogLine } from '../support/worker-process.ts'
import { ENCRYPTION_KEY, environmentOf, startAccount, startReadyWorker } from './worker-under-test.ts'

const broken = { id: 'broken-1', first_name: 7, last_name: 'Hushhush', email: 'hush-hush@example.com' }
const [debug, info, warn] = [20, 30, 40]

const parts = new AsyncDisposableStack()
let database: TestDatabase
let temporal: TestTemporal
let gem: SimulatedGem
let receiver: OtlpReceiver
let account: string
let run: string
let lines: readonly LogLine[]

before(async () => {
  database = parts.use(await createTestDatabase())
  temporal = parts.use(await connectTestTemporal())
  receiver = parts.use(await startOtlpReceiver())
  gem = parts.adopt(await startSimulatedGem({ candidates: 120, seed: 5, rate: null }), (running) =>
    running.close(),
  )
  gem.faults.add({ kind: 'throttle', stream: 'candidates', skip: 1, retryAfter: 1 })
  gem.faults.add({ kind: 'malformed-record', stream: 'users', element: broken })
  const worker = parts.use(
    await startReadyWorker({
      ...environmentOf(database.workerUrl, temporal),
      GEM_ATS_SYNC_LOG_LEVEL: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_SERVICE_NAME: 'mirror',
    }),
  )
  const settings = ['rate.maxInFlight=1', 'paging.maxPerPage=50']
  const started = await startAccount(database.workerUrl, temporal, gem, settings)
  account = started.account
  run = String((await worker.line('sync ended')).run)
  await started.handle.terminate()
  // What was not sent yet is sent before the worker ends.
  worker.kill('SIGTERM')
  assert.deepEqual(await worker.ended, { code: 0, stderr: '' })
  lines = worker.lines('')
})
after(() => parts.disposeAsync())

describe('the log of a sync', () => {
  const saying = (text: string) => lines.filter(({ msg }) => msg.includes(text))
  const expectLines = (text: string, level: number, more: readonly string[]) => {
    const found = saying(text)
    assert.ok(found.length > 0, text)
    for (const line of found) {
      assert.deepEqual([line.level, line.account, line.run], [level, account, run], text)
      assert.deepEqual([line.workflowId, line.attempt], [`gem-account-${account}`, 1], text)
      for (const field of more) assert.notEqual(line[field], undefined, `${text}: ${field}`)
    }
  }

  test('names account, run, workflow and attempt on each line, stream and offset where there is one', () => {
    expectLines('sync begins', info, ['mode', 'trigger'])
    expectLines('page committed', debug, ['stream', 'offset', 'inserted'])
    expectLines('records cannot be mapped', warn, ['stream', 'offset', 'rejected'])
    expectLines('Gem asks for a pause', info, ['stream', 'reason', 'seconds'])
    expectLines('sync ended', info, ['state', 'changed'])
    const pages = saying('page committed').filter(({ stream }) => stream === 'candidates')
    assert.deepEqual(
      pages.map(({ offset }) => offset),
      [50, 100, 150],
    )
  })

  test("names them on the lines of Temporal's SDK as well", () => {
    const slices = saying('Activity completed').filter(({ activityType }) => activityType === 'syncSlice')
    assert.ok(slices.length >= 7)
    for (const line of slices) {
      assert.deepEqual([line.account, line.run, line.attempt], [account, run, 1])
      assert.equal(typeof line.stream, 'string')
      assert.notEqual(line.temporalRunId, run)
    }
  })

  test('has no line at info for a page or a slice, and none above it but for what somebody should see', () => {
    const told = lines.filter(({ level, account: whose }) => level >= info && whose === account)
    assert.ok(told.length < 10, JSON.stringify(told))
    assert.deepEqual(
      new Set(told.filter(({ level }) => level > info).map(({ msg }) => msg)),
      new Set(['records cannot be mapped']),
    )
  })

  test('holds no key, and nobody of the account', () => expectNothingPersonal(JSON.stringify(lines)))
})

describe('the trace of a sync', () => {
  const named = (name: string) => receiver.spans.filter((span) => span.name.startsWith(name))
  const only = (name: string): ReceivedSpan => {
    const found = receiver.spans.filter((span) => span.name === name)
    assert.equal(found.length, 1, name)
    return found[0]!
  }
  const parentsOf = (name: string) =>
    new Set(named(name).map(({ parentId }) => receiver.spans.find(({ spanId }) => spanId === parentId)?.name))

  test('has the id of the run, and all that was done for it', () => {
    const root = only('sync')
    assert.equal(root.traceId, run.replaceAll('-', ''))
    assert.equal(root.parentId, '')
    assert.deepEqual(root.attributes, { 'gem_ats_sync.account': account, 'gem_ats_sync.state': 'SUCCEEDED' })
    for (const name of ['beginRun', 'syncSlice', 'finishRun', 'fetch page', 'map page', 'commit page']) {
      assert.ok(named(name).length > 0, name)
      for (const { traceId, seconds } of named(name)) {
        assert.equal(traceId, root.traceId, name)
        assert.ok(seconds >= 0 && seconds <= root.seconds, name)
      }
    }
  })

  test('goes from the run by way of slices and pages to HTTP and SQL', () => {
    assert.deepEqual(parentsOf('syncSlice'), new Set(['sync']))
    const slices = new Set(named('syncSlice').map(({ name }) => name))
    assert.equal(slices.size, 7)
    for (const step of ['fetch page', 'map page', 'commit page']) assert.deepEqual(parentsOf(step), slices)
    assert.deepEqual(parentsOf('GET '), new Set(['fetch page']))
    assert.ok(parentsOf('INSERT').has('commit page') && parentsOf('WITH').has('commit page'))
  })

  test('tells of each request, the refused one included', () => {
    const statuses = named('GET ').map(({ attributes }) => attributes['http.response.status_code'])
    assert.equal(statuses.length, gem.requests.total)
    assert.equal(statuses.filter((status) => status === 429).length, 1)
    assert.equal(named('fetch page').filter(({ error }) => error === 'WaitError').length, 1)
  })

  test('is sent under the name that the environment gives the service', () => {
    assert.deepEqual(receiver.services, new Set(['mirror']))
  })

  test('holds statements without their values, no key, and nobody of the account', () => {
    const statements = receiver.spans.map(({ attributes }) => attributes['db.query.text']).filter(Boolean)
    assert.ok(statements.some((statement) => String(statement).includes('$1')))
    assert.ok(statements.length > 50)
    expectNothingPersonal(receiver.text())
  })
})

function expectNothingPersonal(text: string): void {
  const words = [...wordsOfPeople(gem), gem.apiKey, ENCRYPTION_KEY, broken.email, broken.last_name]
  assert.ok(words.length > 200 && text.length > 10_000)
  assert.deepEqual(
    words.filter((word) => text.includes(word)),
    [],
  )
}
