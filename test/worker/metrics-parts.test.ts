import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLogger } from '../../src/log.ts'
import { type StreamName, streamNames } from '../../src/streams.ts'
import { accountGauges } from '../../src/worker/metrics/account-gauges.ts'
import { gaugeText, label } from '../../src/worker/metrics/gauge-text.ts'
import { PrometheusMeter } from '../../src/worker/metrics/prometheus-meter.ts'
import { remembered } from '../../src/worker/metrics/remembered.ts'
import { scrape } from '../../src/worker/metrics/scrape.ts'
import { parsePrometheusText } from '../support/prometheus-text.ts'

const silent = createLogger({ level: 'silent', pretty: false })

describe('the gauges of accounts', () => {
  const unread = Object.fromEntries(streamNames.map((stream) => [stream, null])) as Record<StreamName, null>
  const account = {
    ...unread,
    account: 'acme',
    state: 'PAUSED',
    models: null,
    age: 100,
    blocked: null,
  } as const
  const freshness = (figures: Partial<Parameters<typeof accountGauges>[0]['accounts'][number]>) => {
    const text = accountGauges({ accounts: [{ ...account, ...figures }], running: [], rejected: [] })
    const samples = parsePrometheusText(text).samples('gem_ats_sync_freshness_seconds')
    return Object.fromEntries(samples.map(({ labels, value }) => [labels.model, value]))
  }

  test('tell how fresh the tables are that are synced, and those that these derive from', () => {
    const read = { users: 1, jobs: 2.0004, candidates: 3 }
    assert.deepEqual(freshness({ models: ['users'], ...read }), { users: 1 })
    assert.deepEqual(freshness({ models: ['job_postings'], ...read }), {
      ...{ users: 1, application_stages: 100, jobs: 2, job_postings: 100 },
    })
    assert.equal(Object.keys(freshness(read)).length, 7)
  })

  test('count from when the account was added where nothing was read yet', () => {
    assert.deepEqual(new Set(Object.values(freshness({ age: 7 }))), new Set([7]))
  })

  test('are all there without an account', () => {
    const { families } = parsePrometheusText(accountGauges({ accounts: [], running: [], rejected: [] }))
    assert.equal(families.length, 6)
  })
})

test('labels come out as they went in', () => {
  const strange = 'a "quoted"\\ \nname, } with="all"'
  const metrics = parsePrometheusText(gaugeText('x', 'x', [{ labels: label('strange', strange), value: 1 }]))
  assert.equal(metrics.value('x', { strange }), 1)
})

test('a meter shows zeros from the beginning, and strange statuses by their hundred', async () => {
  const meter = new PrometheusMeter()
  const first = parsePrometheusText(await meter.text())
  assert.equal(first.samples('gem_ats_sync_rows_total').length, 28)
  assert.equal(first.sum('gem_ats_sync_gem_requests_total'), 0)
  for (const status of [200, 418, 451, null, 999]) meter.gemCalled('users', status, 0.2)
  const metrics = parsePrometheusText(await meter.text())
  const called = (status: string) =>
    metrics.value('gem_ats_sync_gem_requests_total', { stream: 'users', status })
  assert.deepEqual(['200', '4xx', 'none', '9xx'].map(called), [1, 2, 1, 1])
  const buckets = metrics.samples('gem_ats_sync_gem_request_duration_seconds_bucket', { stream: 'users' })
  assert.deepEqual(
    buckets.filter(({ labels }) => labels.le === '0.1' || labels.le === '0.25').map(({ value }) => value),
    [0, 5],
  )
})

test('a part of the metrics that fails hides no other', async () => {
  const text = await scrape(
    async () => gaugeText('own', 'own', []),
    {
      broken: async () => Promise.reject(new Error('gone')),
      whole: async () => '# HELP whole whole\n# TYPE whole gauge\nwhole 1',
    },
    silent,
  )
  const metrics = parsePrometheusText(text)
  const up = (collector: string) => metrics.value('gem_ats_sync_collector_up', { collector })
  assert.deepEqual([up('broken'), up('whole'), metrics.value('whole')], [0, 1, 1])
})

test('an answer is asked for once, however many want it, and a failure again', async () => {
  let asked = 0
  const answers = [Promise.reject(new Error('away')), Promise.resolve('well'), Promise.resolve('never')]
  const ask = remembered(60_000, async () => await answers[asked++])
  await Promise.all([assert.rejects(ask(), /away/), assert.rejects(ask(), /away/)])
  assert.deepEqual(await Promise.all([ask(), ask()]), ['well', 'well'])
  assert.equal(await ask(), 'well')
  assert.equal(asked, 2)
})
