/**
 * The accounts that are loaded: simulated Gems behind a cache of their answers, in a process of its own. What is
 * measured is the loader, so serving a page must cost next to nothing: the lists are rendered once, before the first
 * run.
 *
 *     node bench/source.ts --candidates 100000,50
 *
 * Prints a line `[{candidates, url, apiKey, objects}]` when it is ready. `POST /_bench/settings` takes `{latencyMs,
 * rate}` and begins to count anew; `GET /_bench/counts` tells what was asked since then.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Rate, type SimulatedGem, startSimulatedGem } from '../src/embedded/simulated-gem/index.ts'
import { createTokenBucket } from '../src/embedded/simulated-gem/token-bucket.ts'
import { perPage, rawLists } from './loaders/raw-tables.ts'

/** An account of the source. */
export interface SourceAccount {
  readonly candidates: number
  /** Base URL of its API. */
  readonly url: string
  readonly apiKey: string
  /** Objects of all lists together. */
  readonly objects: number
}

/** What was asked of the source since its settings were set. */
export interface SourceCounts {
  readonly requests: number
  readonly mostInFlight: number
  /** Requests that were answered with 429. */
  readonly throttled: number
}

export interface SourceSettings {
  /** How long each answer waits. */
  readonly latencyMs: number
  /** One bucket for all accounts; null: none. */
  readonly rate: Rate | null
}

interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Buffer
}

const { values } = parseArgs({
  options: { candidates: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
})
const sizes = values.candidates.split(',').map(Number)
const gems = new Map<string, SimulatedGem>()
const kept = new Map<string, Answer>()
let settings: { latencyMs: number; bucket: { take(): boolean } | null } = { latencyMs: 0, bucket: null }
let inFlight = 0
let counts: SourceCounts = { requests: 0, mostInFlight: 0, throttled: 0 }

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const answering = request.url?.startsWith('/_bench/')
    ? control(request, response)
    : serve(request, response)
  answering.catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
})
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo
  const accounts: SourceAccount[] = []
  for (const candidates of sizes) {
    const gem = await startSimulatedGem({
      candidates,
      seed: Number(values.seed),
      rate: null,
      switches: { attachmentUrls: 'stable' },
    })
    gems.set(String(candidates), gem)
    const objects = await render(candidates)
    accounts.push({ candidates, url: `http://127.0.0.1:${port}/${candidates}`, apiKey: gem.apiKey, objects })
  }
  console.log(JSON.stringify(accounts))
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit())

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  inFlight++
  response.once('close', () => inFlight--)
  const { requests, mostInFlight, throttled } = counts
  const refused = settings.bucket !== null && !settings.bucket.take()
  counts = {
    requests: requests + 1,
    mostInFlight: Math.max(mostInFlight, inFlight),
    throttled: throttled + (refused ? 1 : 0),
  }
  if (refused) {
    response.writeHead(429, { 'content-type': 'application/json' }).end('{"message":"Too Many Requests"}')
    return
  }
  const wait = settings.latencyMs > 0 ? delay(settings.latencyMs) : null
  const { status, headers, body } = await answerTo(request.url ?? '/', request.headers['x-api-key'])
  await wait
  response
    .writeHead(status, { ...headers, date: new Date().toUTCString(), 'content-length': body.length })
    .end(body)
}

/** @param url with the account's size as its first part */
async function answerTo(url: string, apiKey: unknown): Promise<Answer> {
  const [, size = '', path = ''] = /^\/(\d+)(\/.*)$/.exec(url) ?? []
  const gem = gems.get(size)
  if (gem === undefined || apiKey !== gem.apiKey) {
    return { status: 403, headers: {}, body: Buffer.from('{"message":"Forbidden"}') }
  }
  const key = `${size}${withSortedQuery(path)}`
  const answer = kept.get(key) ?? (await ask(gem, path))
  kept.set(key, answer)
  return answer
}

async function ask(gem: SimulatedGem, path: string): Promise<Answer> {
  const answer = await fetch(gem.url + path, { headers: { 'x-api-key': gem.apiKey } })
  const headers: Record<string, string> = {}
  for (const name of ['content-type', 'x-pagination']) {
    const value = answer.headers.get(name)
    if (value !== null) headers[name] = value
  }
  return { status: answer.status, headers, body: Buffer.from(await answer.arrayBuffer()) }
}

/** Loaders write the same query in different orders. */
function withSortedQuery(path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://source.invalid')
  searchParams.sort()
  return `${pathname}?${searchParams}`
}

/** Renders all lists of an account. @returns how many objects they hold */
async function render(candidates: number): Promise<number> {
  let objects = 0
  for (const { url } of rawLists) {
    for (let page = 1; ; page++) {
      const { body } = await answerTo(`/${candidates}${url(page)}`, gems.get(String(candidates))?.apiKey)
      const { length } = JSON.parse(body.toString()) as unknown[]
      objects += length
      if (length < perPage) break
    }
  }
  return objects
}

async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/_bench/settings') {
    const { latencyMs, rate } = (await json(request)) as SourceSettings
    settings = { latencyMs, bucket: rate && createTokenBucket(rate, () => performance.now()) }
    counts = { requests: 0, mostInFlight: 0, throttled: 0 }
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(counts))
}
