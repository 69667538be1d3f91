import { inParallel } from './in-parallel.ts'
import type { ReadPage } from './load.ts'
import { connectRaw, perPage, type RawList, rawLists } from './raw-tables.ts'

/** Pages of all lists in parallel, parsed, and each written raw by one set-based statement: hardly less can be done. */
export async function loadFloor(parts: {
  readPage: ReadPage
  databaseUrl: string
  inFlight: number
}): Promise<void> {
  const { readPage, databaseUrl, inFlight } = parts
  const pool = await connectRaw(databaseUrl, inFlight)
  const write = async ({ table }: RawList, body: Buffer) => {
    const text = body.toString()
    JSON.parse(text)
    await pool.query(
      `insert into ${table} (id, data) select object ->> 'id', object from jsonb_array_elements($1::jsonb) as object
       on conflict (id) do update set data = excluded.data where ${table}.data is distinct from excluded.data`,
      [text],
    )
  }
  const queue: { list: RawList; page: number }[] = []
  await inParallel(inFlight, [...rawLists], async (list) => {
    const { body, total } = await readPage(list.url(1))
    await write(list, body)
    for (let page = 2; page <= Math.ceil(total / perPage); page++) queue.push({ list, page })
  })
  await inParallel(inFlight, queue, async ({ list, page }) => {
    await write(list, (await readPage(list.url(page))).body)
  })
}
