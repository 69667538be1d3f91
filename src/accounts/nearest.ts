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
  return Math.min(editDistance(candidate, wanted), editDistance(withoutGroup, wanted))
}

/** Levenshtein's distance: insertions, deletions and replacements that turn one text into the other. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1]
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (letter === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1))
    }
    previous = current
  }
  return previous[b.length]!
}
