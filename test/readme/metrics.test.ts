/** The table of metrics cannot rot in silence. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createLogger } from '../../src/log.ts'
import { streamNames } from '../../src/streams.ts'
import { accountGauges } from '../../src/worker/metrics/account-gauges.ts'
import { PrometheusMeter } from '../../src/worker/metrics/prometheus-meter.ts'
import { scrape } from '../../src/worker/metrics/scrape.ts'
import { workerGauge } from '../../src/worker/metrics/worker-gauge.ts'
import { parsePrometheusText } from '../support/prometheus-text.ts'

test('docs/metrics.md has exactly the metrics there are, with their types and labels', async () => {
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `gem_ats_sync_'))
  const documented = rows.map((row) => {
    const [name, type, labels] = row
      .split('|')
      .slice(1)
      .map((cell) => cell.match(/\w+/g) ?? [])
    return [name?.[0], type?.[0], labels]
  })
  assert.deepEqual(documented.sort(), (await everything()).sort())
})

/** Name, type and labels of each metric of ours. */
async function everything() {
  const ages = Object.fromEntries(streamNames.map((stream) => [stream, 1])) as Record<
    (typeof streamNames)[number],
    number
  >
  const account = { ...ages, account: 'acme', state: 'ACTIVE', models: null, age: 1, blocked: 1 } as const
  const meter = new PrometheusMeter()
  const text = await scrape(
    async () =>
      workerGauge({ connection: null, worker: null, stopping: new AbortController().signal }) +
      (await meter.text()),
    { database: async () => accountGauges({ accounts: [account], running: [], rejected: [] }) },
    createLogger({ level: 'silent', pretty: false }),
  )
  return parsePrometheusText(text)
    .families.filter(({ name }) => name.startsWith('gem_ats_sync_'))
    .map(({ name, type, samples }) => [
      name,
      type,
      Object.keys(samples[0]?.labels ?? {}).filter((label) => label !== 'le'),
    ])
}
