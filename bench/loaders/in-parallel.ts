/** Does something with each item of a queue, several at a time. */
export async function inParallel<T>(
  workers: number,
  queue: T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
    }),
  )
}
