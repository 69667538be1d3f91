import { distance } from 'fastest-levenshtein'

/** The known name that was probably meant; null if none is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  const wanted = name.toLowerCase()
  const ranked = known
    .map((candidate) => ({ candidate, away: distanceTo(candidate.toLowerCase(), wanted) }))
    .sort((a, b) => a.away - b.away)
  const [best] = ranked
  return best !== undefined && best.away <= Math.max(2, wanted.length / 3) ? best.candidate : null
}

/** A setting is often written without its group: `burst` for `rate.burst`. */
function distanceTo(candidate: string, wanted: string): number {
  const withoutGroup = candidate.slice(candidate.indexOf('.') + 1)
  return Math.min(distance(candidate, wanted), distance(withoutGroup, wanted))
}
