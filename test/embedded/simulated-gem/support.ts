import type { TestContext } from 'node:test'
import {
  type GemObject,
  type SimulatedGem,
  type SimulatedGemOptions,
  startSimulatedGem,
} from '../../../src/embedded/simulated-gem/index.ts'

/** Starts a simulated Gem without a rate limit that ends with the test. */
export async function startGem(
  context: TestContext,
  options: SimulatedGemOptions = {},
): Promise<SimulatedGem> {
  const gem = await startSimulatedGem({ candidates: 120, rate: null, ...options })
  context.after(() => gem.close())
  return gem
}

export function ask(
  gem: SimulatedGem,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${gem.url}${path}`, { headers: { 'x-api-key': gem.apiKey, ...headers }, redirect: 'manual' })
}

export async function readJson<T = GemObject[]>(gem: SimulatedGem, path: string): Promise<T> {
  const response = await ask(gem, path)
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}.`)
  return (await response.json()) as T
}

/** All pages of a list, until one is short. */
export async function readAll(
  gem: SimulatedGem,
  list: string,
  query = '',
  perPage = 50,
): Promise<GemObject[]> {
  const all: GemObject[] = []
  for (let page = 1; ; page++) {
    const rows = await readJson(gem, `/ats/v0/${list}/?page=${page}&per_page=${perPage}${query}`)
    all.push(...rows)
    if (rows.length < perPage) return all
  }
}

export const idsOf = (objects: Iterable<unknown>): string[] =>
  Array.from(objects, (object) => String((object as GemObject).id))

/** The first object of a stream that fits. */
export function findObject(
  gem: SimulatedGem,
  stream: Parameters<SimulatedGem['world']['objects']>[0],
  fits: (object: GemObject) => boolean = () => true,
): GemObject & { id: string } {
  for (const object of gem.world.objects(stream))
    if (fits(object as GemObject)) return object as GemObject & { id: string }
  throw new Error(`No object of ${stream} fits.`)
}
