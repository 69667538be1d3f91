import type { Random } from '../../../src/embedded/simulated-gem/generate/random.ts'
import type { Card, Circumstance, StrikeKind } from './round.ts'
import type { TemporalKind } from './servers.ts'

/**
 * How often each kind comes in ten strikes. PostgreSQL's end fails an attempt at a slice of every account: Temporal waits
 * longer after each, so that more of them would leave little to strike.
 */
const hands: Record<TemporalKind, readonly StrikeKind[]> = {
  dev: [
    ...(['worker', 'worker', 'zombie', 'postgres', 'both databases', 'temporal', 'temporal'] as const),
    ...(['cut before COMMIT', 'cut after COMMIT', 'cut after COMMIT'] as const),
  ],
  cluster: [
    ...([
      'worker',
      'worker',
      'zombie',
      'postgres',
      'both databases',
      'temporal',
      'temporalPostgres',
    ] as const),
    ...(['cut before COMMIT', 'cut after COMMIT', 'cut after COMMIT'] as const),
  ],
}

/** Of one worker and one PostgreSQL in ten strikes, taking turns. */
const waits: readonly Circumstance[] = ['limited', 'paused']

/**
 * The strikes to come, shuffled: every kind within the first ten.
 *
 * @param mayWait there are accounts beside one that waits: with it alone there would be nothing to strike.
 */
export function* deckOf(on: TemporalKind, mayWait: boolean, random: Random): Generator<Card, never> {
  for (let turn = 0; ; turn++) {
    // Each takes half a minute: every other time another worker's end is enough.
    const kinds = turn % 2 === 0 ? hands[on] : hands[on].map((kind) => (kind === 'zombie' ? 'worker' : kind))
    const hand = shuffled(kinds, random)
    const [worker, postgres] = [hand.indexOf('worker'), hand.indexOf('postgres')]
    for (const [index, kind] of hand.entries()) {
      const isBeside = mayWait && (index === worker || index === postgres)
      const circumstance = isBeside ? waits[(turn + (index === worker ? 0 : 1)) % 2] : undefined
      yield { kind, circumstance: circumstance ?? 'amid' }
    }
  }
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const left = [...list]
  return list.map(() => left.splice(random.below(left.length), 1)[0] as T)
}
