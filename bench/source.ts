/**
 * The account that is loaded: a simulated Gem behind a cache of its answers, in a process of its own. What is measured
 * is the loader, so serving a page must cost next to nothing: the lists are rendered once, before the first run.
 *
 *     node bench/source.ts --candidates 100000
 *
 * Prints `{url, apiKey, objects}` when it is ready. `POST /_bench/settings` takes `{latencyMs, rate}` and begins to
 * count anew; `GET /_bench/counts` tells what was asked since then.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Rate, startSimulatedGem } from '../src/embedded/simulated-gem/index.ts'
import { createTokenBucket } from '../src/embedded/simulated-gem/token-bucket.ts'
import { perPage, rawLists } from './loaders/raw-tables.ts'

/** What was asked of the source since its settings were set. */
export interface SourceCounts {
  readonly requests: number
  readonly mostInFlight: number
  /** Requests that were answered with 429. */
  readonly throttled: number
}

export interface SourceSettings {
  readonly latencyMs: number
  readonly rate: Rate | null
}

interface Kept {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Buffer
}

const { values } = parseArgs({
  options: { candidates: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
})
const gem = await startSimulatedGem({
  candidates: Number(values.candidates),
  seed: Number(values.seed),
  rate: null,
  switches: { attachmentUrls: 'stable' },
})

const kept = new Map<string, Kept>()
let latencyMs = 0
let bucket: { take(): boolean } | null = null
let inFlight = 0
let counts = { requests: 0, mostInFlight: 0, throttled: 0 }

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const answering = request.url?.startsWith('/_bench/')
    ? control(request, response)
    : serve(request, response)
  answering.catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
})
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo
  const objects = await fill()
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}`, apiKey: gem.apiKey, objects }))
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit())

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  counts.requests++
  counts.mostInFlight = Math.max(counts.mostInFlight, ++inFlight)
  response.once('close', () => inFlight--)
  if (bucket !== null && !bucket.take()) {
    counts.throttled++
    response.writeHead(429, { 'content-type': 'application/json' }).end('{"message":"Too Many Requests"}')
    return
  }
  const wait = latencyMs > 0 ? delay(latencyMs) : null
  const answer = await answerTo(request.url ?? '/', request.headers['x-api-key'])
  await wait
  const headers = { ...answer.headers, date: new Date().toUTCString(), 'content-length': answer.body.length }
  response.writeHead(answer.status, headers).end(answer.body)
}

async function answerTo(url: string, apiKey: unknown): Promise<Kept> {
  if (apiKey !== gem.apiKey) return { status: 403, headers: {}, body: Buffer.from('{"message":"Forbidden"}') }
  const key = keyOf(url)
  const known = kept.get(key)
  if (known !== undefined) return known
  const asked = await fetch(gem.url + url, { headers: { 'x-api-key': gem.apiKey } })
  const headers = Object.fromEntries(
    ['content-type', 'x-pagination'].flatMap((name) => {
      const value = asked.headers.get(name)
      return value === null ? [] : [[name, value]]
    }),
  )
  const answer = { status: asked.status, headers, body: Buffer.from(await asked.arrayBuffer()) }
  kept.set(key, answer)
  return answer
}

/** Loaders write the same query in different orders. */
function keyOf(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://source.invalid')
  searchParams.sort()
  return `${pathname}?${searchParams}`
}

/** Renders all lists. @returns how many objects they hold */
async function fill(): Promise<number> {
  let objects = 0
  for (const { url } of rawLists) {
    for (let page = 1; ; page++) {
      const { body } = await answerTo(url(page), gem.apiKey)
      const { length } = JSON.parse(body.toString()) as unknown[]
      objects += length
      if (length < perPage) break
    }
  }
  return objects
}

async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/_bench/settings') {
    const settings = (await json(request)) as SourceSettings
    latencyMs = settings.latencyMs
    bucket = settings.rate === null ? null : createTokenBucket(settings.rate, () => performance.now())
    counts = { requests: 0, mostInFlight: 0, throttled: 0 }
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(counts))
}
