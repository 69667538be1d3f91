import type { ReadPage } from './load.ts'
import { connectRaw, perPage, rawLists } from './raw-tables.ts'

/** One page after the other, one INSERT a row: what is written first when nobody measures. */
export async function loadNaively(parts: { readPage: ReadPage; databaseUrl: string }): Promise<void> {
  const { readPage, databaseUrl } = parts
  const pool = await connectRaw(databaseUrl, 1)
  for (const { table, url } of rawLists) {
    for (let page = 1; ; page++) {
      const records = JSON.parse((await readPage(url(page))).body.toString()) as { id: string }[]
      for (const record of records) {
        await pool.query(
          `insert into ${table} (id, data) values ($1, $2) on conflict (id) do update set data = excluded.data`,
          [record.id, JSON.stringify(record)],
        )
      }
      if (records.length < perPage) break
    }
  }
}
