import { describe, test } from 'node:test'
import { createTestDatabase } from '../support/database.ts'
import { startTestServer } from '../support/postgres-server.ts'
import { postgresVersions } from '../support/postgres-versions.ts'
import { takeItsCourse } from './course.ts'

describe('a first sync, a delta, a full sync and retention', () => {
  for (const version of postgresVersions) {
    test(`leave what they should on PostgreSQL ${version}`, async () => {
      await using running = await startTestServer(version)
      await using database = await createTestDatabase(running.server)
      await takeItsCourse(database)
    })
  }
})
