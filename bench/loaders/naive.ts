import type pg from 'pg'
import type { ReadPage } from './load.ts'
import { perPage, rawLists } from './raw-tables.ts'

/** One page after the other, one INSERT a row: what is written first when nobody measures. */
export async function loadNaively({ readPage, pool }: { readPage: ReadPage; pool: pg.Pool }): Promise<void> {
  for (const { table, url } of rawLists) {
    for (let page = 1; ; page++) {
      const records = JSON.parse((await readPage(url(page))).text) as { id: string }[]
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
