import { setTimeout as delay } from 'node:timers/promises'

/** Less than a test may take: one that waits in vain says for what, and its file comes to an end. */
const withinMs = 120_000
const pauseMs = 20

/**
 * Asks until the answer is as wished.
 *
 * @param what for what it waits, in words.
 * @returns the answer that is as wished.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  isWished: (answer: T) => boolean,
): Promise<T> {
  for (const end = performance.now() + withinMs; ; ) {
    const answer = await ask()
    if (isWished(answer)) return answer
    if (performance.now() > end) {
      throw new Error(`waited in vain for: ${what}; the last answer: ${JSON.stringify(answer)}`)
    }
    await delay(pauseMs)
  }
}
