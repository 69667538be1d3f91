import type { GemObject, SimulatedGem } from '../../src/embedded/simulated-gem/index.ts'

/** Words by which the people of a simulated Gem would be known: what operators see must hold none of them. */
export function wordsOfPeople(gem: SimulatedGem): string[] {
  const objects = (['candidates', 'users'] as const).flatMap((stream) => [...gem.world.objects(stream)])
  const words = (objects as GemObject[]).flatMap(({ id, email, last_name }) => [id, email, last_name])
  return words.filter((word) => typeof word === 'string' && word.length > 3) as string[]
}
