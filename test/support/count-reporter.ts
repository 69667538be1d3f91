/** A reporter of node:test that writes nothing but the final counts, for the line at the end of `npm test`. */
import type { TestEvent } from 'node:test/reporters'

export interface Counts {
  readonly passed: number
  readonly failed: number
}

export default async function* countReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    // Each file has a summary of its own; the one of the whole run has no file.
    if (event.type !== 'test:summary' || event.data.file !== undefined) continue
    const { passed, tests } = event.data.counts
    // Whatever did not pass has failed: cancelled, skipped and to do as well.
    yield JSON.stringify({ passed, failed: tests - passed } satisfies Counts)
  }
}
