/**
 * Runs a simulated Gem until it is interrupted, with the control API:
 *
 *     node src/embedded/simulated-gem/main.ts --candidates 20000 --port 8321 --latency 100
 */
import { parseArgs } from 'node:util'
import { defaultRate, type Switches, startSimulatedGem } from './index.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8321' },
    host: { type: 'string', default: '127.0.0.1' },
    seed: { type: 'string', default: '1' },
    candidates: { type: 'string', default: '200' },
    latency: { type: 'string', default: '0' },
    'api-key': { type: 'string' },
    'application-secret': { type: 'string' },
    'rate-per-second': { type: 'string', default: String(defaultRate.perSecond) },
    'rate-burst': { type: 'string', default: String(defaultRate.burst) },
    switches: { type: 'string', default: '{}' },
    'no-rate': { type: 'boolean', default: false },
  },
})

const gem = await startSimulatedGem({
  port: Number(values.port),
  host: values.host,
  seed: Number(values.seed),
  candidates: Number(values.candidates),
  latencyMs: Number(values.latency),
  switches: JSON.parse(values.switches) as Partial<Switches>,
  control: true,
  applicationSecret: values['application-secret'] ?? null,
  rate: values['no-rate']
    ? null
    : { perSecond: Number(values['rate-per-second']), burst: Number(values['rate-burst']) },
  ...(values['api-key'] === undefined ? {} : { apiKey: values['api-key'] }),
})

console.log(JSON.stringify({ url: gem.url, apiKey: gem.apiKey }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void gem.close())
