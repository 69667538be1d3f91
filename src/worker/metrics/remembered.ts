/** Asks at most once in so many milliseconds, whoever wants to know; a failure is not remembered. */
export function remembered<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null
  let askedAt = 0
  return () => {
    if (answer !== null && performance.now() - askedAt < ms) return answer
    const asked = ask()
    answer = asked
    askedAt = performance.now()
    asked.catch(() => {
      // Whoever asked is told; the next one asks again.
      if (answer === asked) answer = null
    })
    return asked
  }
}
