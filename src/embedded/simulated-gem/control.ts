import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Fault, Faults, RandomFaults } from './faults.ts'
import { Random } from './generate/random.ts'
import type { RequestLog } from './request-log.ts'
import type { Switches } from './switches.ts'
import type { Rate } from './token-bucket.ts'
import { type GemObject, isObject, isStreamName, type StreamName } from './types.ts'
import type { World } from './world.ts'

/** What the control API reaches. */
export interface Controlled {
  world: World
  faults: Faults
  requests: RequestLog
  setSwitches(switches: Partial<Switches>): void
  setLatency(milliseconds: number): void
  setRate(rate: Rate | null): void
}

type Command = (target: Controlled, body: GemObject) => unknown

/** Changes that can be made by name: `{"do": "reject", "args": ["<application id>"]}`. */
const changeNames = [
  ...([
    'create',
    'update',
    'delete',
    'undelete',
    'vanish',
    'reappear',
    'mergeCandidates',
    'anonymise',
  ] as const),
  ...(['publishPost', 'unpublishPost', 'editStagePlan', 'renameEverywhere', 'cancelInterview'] as const),
  ...(['moveStage', 'reject', 'unreject', 'hire', 'unhire', 'addNote', 'transfer'] as const),
]

const commands: Record<string, Command> = {
  change({ world }, body) {
    if (typeof body.random === 'number') return randomChanges(world, body.random, Number(body.seed ?? 1))
    const name = changeNames.find((known) => known === body.do)
    if (name === undefined)
      throw new Error(`"do" must be one of ${changeNames.join(', ')}, or "random" a number.`)
    const change = world[name] as (...args: unknown[]) => unknown
    return { result: change(...(Array.isArray(body.args) ? body.args : [])) ?? null }
  },
  fault({ faults }, body) {
    if (body.clear === true) faults.clear()
    if (isObject(body.random)) faults.random(body.random as unknown as RandomFaults)
    if (typeof body.kind === 'string') faults.add(body as unknown as Fault)
    return {}
  },
  switch(target, { latencyMs, rate, ...switches }) {
    if (typeof latencyMs === 'number') target.setLatency(latencyMs)
    if (rate !== undefined) target.setRate(rate as Rate | null)
    target.setSwitches(switches as Partial<Switches>)
    return {}
  },
  put({ world }, body) {
    const stream = streamOf(body.stream)
    if (Array.isArray(body.replaceAll)) world.replaceAll(stream, body.replaceAll)
    else world.put(stream, body.element)
    return {}
  },
  'reset-requests'({ requests }) {
    requests.reset()
    return {}
  },
}

const questions: Record<string, (target: Controlled, query: URLSearchParams) => unknown> = {
  requests({ requests }, query) {
    const { total, inFlight, maxInFlight, byStatus, byStream } = requests
    const entries = requests.entries().slice(-Number(query.get('last') ?? 1000))
    return { total, inFlight, maxInFlight, byStatus, byStream, entries }
  },
  objects({ world }, query) {
    const stream = streamOf(query.get('stream'))
    const id = query.get('id')
    if (id !== null) return world.get(stream, id) ?? null
    return world.objects(stream)
  },
  count: ({ world }, query) => ({ count: world.count(streamOf(query.get('stream'))) }),
}

/**
 * Steers the simulator from another process on this machine:
 * `POST /_control/{change|fault|switch|put|reset-requests}` and `GET /_control/{requests|objects|count}`.
 */
export function createControl(target: Controlled) {
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const [status, body] = isLocal(request)
      ? await execute(target, request, url)
      : [403, { error: 'Not from here.' }]
    response.writeHead(status, { 'content-type': 'application/json' })
    if (isIterator(body)) await pipeline(Readable.from(arrayTexts(body)), response)
    else response.end(JSON.stringify(body))
  }
}

function isIterator(body: unknown): body is Iterable<unknown> {
  return typeof body === 'object' && body !== null && Symbol.iterator in body && !Array.isArray(body)
}

/** A JSON array in pieces: the objects of a large account would not fit into one text. */
function* arrayTexts(elements: Iterable<unknown>): Iterable<string> {
  let separator = '['
  for (const element of elements) {
    yield separator + JSON.stringify(element)
    separator = ','
  }
  yield separator === '[' ? '[]' : ']'
}

async function execute(target: Controlled, request: IncomingMessage, url: URL): Promise<[number, unknown]> {
  const name = url.pathname.slice('/_control/'.length)
  try {
    const question = request.method === 'GET' ? questions[name] : undefined
    if (question !== undefined) return [200, question(target, url.searchParams)]
    const command = request.method === 'POST' ? commands[name] : undefined
    if (command === undefined) return [404, { error: `There is no ${request.method} ${url.pathname}.` }]
    const body: unknown = JSON.parse((await text(request)) || '{}')
    return [200, command(target, isObject(body) ? body : {})]
  } catch (error) {
    return [400, { error: String(error) }]
  }
}

function randomChanges(world: World, count: number, seed: number) {
  const random = new Random(seed)
  return Array.from({ length: count }, () => world.randomChange(() => random.next()))
}

function streamOf(name: unknown): StreamName {
  if (typeof name === 'string' && isStreamName(name)) return name
  throw new Error('"stream" must name one of the lists.')
}

function isLocal(request: IncomingMessage): boolean {
  return ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.socket.remoteAddress ?? '')
}
