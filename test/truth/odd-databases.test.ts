import { describe, test } from 'node:test'
import { migrate } from '../../src/database/migrate.ts'
import { runStatement } from '../../src/embedded/postgres-query.ts'
import { createEmptyDatabase } from '../support/database.ts'
import { takeItsCourse } from './course.ts'

/** What an operator does to a database before the tables are made, or after. */
const databases: Record<string, { before?: string; after?: string }> = {
  'whose tables are all published': { after: 'create publication everything for all tables' },
  'whose tables are all published from the beginning': {
    before: 'create publication everything for all tables',
  },
  'that refuses MD5, as in FIPS mode': {
    before:
      'alter function pg_catalog.md5(text) rename to refused; alter function pg_catalog.md5(bytea) rename to refused',
  },
}

describe('a first sync, a delta, a full sync and retention leave what they should in a database', () => {
  for (const [name, { before = '', after = '' }] of Object.entries(databases)) {
    test(name, async () => {
      await using database = await createEmptyDatabase()
      await runStatement(database.ownerUrl, before)
      await migrate({ databaseUrl: database.ownerUrl })
      await runStatement(database.ownerUrl, after)
      await takeItsCourse(database)
    })
  }
})
