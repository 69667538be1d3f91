import type pg from 'pg'
import type { ReadPage } from './load.ts'
import { perPage, type RawList, rawLists } from './raw-tables.ts'

/** Pages of all lists in parallel, parsed, and each written raw by one set-based statement: hardly less can be done. */
export async function loadFloor(parts: {
  readPage: ReadPage
  pool: pg.Pool
  inFlight: number
}): Promise<void> {
  const { readPage, pool, inFlight } = parts
  const write = async ({ table }: RawList, text: string) => {
    JSON.parse(text)
    await pool.query(
      `insert into ${table} (id, data) select object ->> 'id', object from jsonb_array_elements($1::jsonb) as object
       on conflict (id) do update set data = excluded.data where ${table}.data is distinct from excluded.data`,
      [text],
    )
  }
  const queue: { list: RawList; page: number }[] = []
  await inParallel(inFlight, [...rawLists], async (list) => {
    const { text, total } = await readPage(list.url(1))
    await write(list, text)
    for (let page = 2; page <= Math.ceil(total / perPage); page++) queue.push({ list, page })
  })
  await inParallel(inFlight, queue, async ({ list, page }) => {
    await write(list, (await readPage(list.url(page))).text)
  })
}

async function inParallel<T>(workers: number, queue: T[], work: (item: T) => Promise<void>): Promise<void> {
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
    }),
  )
}
