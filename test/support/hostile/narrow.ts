/**
 * The smallest part of a list that still fails: halves, quarters … by themselves, then the list without one of them.
 * Fast-check's own shrinking would send thousands of pages to find what this finds with some dozens.
 */
export async function narrow<T>(
  list: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let current = list
  for (let parts = 2; current.length > 1; ) {
    const smaller = await firstThatFails(candidatesOf(current, parts), fails)
    if (smaller !== null) {
      current = smaller
      parts = 2
    } else if (parts >= current.length) {
      return current
    } else {
      parts = Math.min(parts * 2, current.length)
    }
  }
  return current
}

/** The parts by themselves, then the list without each of them. */
function* candidatesOf<T>(list: readonly T[], parts: number): Generator<readonly T[]> {
  const size = Math.ceil(list.length / parts)
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size)
  if (parts > 2) for (let at = 0; at < list.length; at += size) yield list.toSpliced(at, size)
}

async function firstThatFails<T>(
  candidates: Iterable<readonly T[]>,
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | null> {
  for (const candidate of candidates) if (await fails(candidate)) return candidate
  return null
}
