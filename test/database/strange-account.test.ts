import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MappingSettings } from '../../src/mappers/model.ts'
import { type StreamName, streamNames } from '../../src/streams.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { syncDirectly } from '../support/direct-sync.ts'
import { differences } from '../support/oracle/differences.ts'
import { expectedTables } from '../support/oracle/index.ts'
import { readTables } from '../support/oracle/read-tables.ts'
import { strangeAccount } from '../support/strange-account/index.ts'

const { db, owner: reader } = await databaseOfFile()

const settings = {
  jobBoard: 'acme',
  integrationFields: [
    { model: 'jobs' as const, key: 'team', label: 'Team', path: '$.custom_fields.team' },
    { model: 'candidates' as const, key: 'tags', label: 'Tags', path: '$.tags[0]' },
  ],
} satisfies MappingSettings

describe('a strange account', () => {
  for (const seed of [1, 2]) {
    test(`is mirrored as an independent reading of the contract expects, seed ${seed}`, async () => {
      const account = `strange-${seed}`
      const source = strangeAccount(seed)
      await syncDirectly(db, { account, source, settings })
      const expected = expectedTables(source, { account, settings })
      assert.deepEqual(differences(expected, await readTables(reader, account)), [])
    })
  }

  test('ends alike whatever order its lists arrive in', async () => {
    const account = 'backwards'
    const source = strangeAccount(3)
    // The applications list stays behind the candidates: which of two copies is later is part of the contract.
    const order = [...streamNames].reverse().filter((name) => name !== 'applications')
    const position = order.indexOf('candidates') + 1
    const backwards: StreamName[] = [...order.slice(0, position), 'applications', ...order.slice(position)]
    // One page a list: a pair that an earlier copy of a record asked for would rightly stay, marked as gone.
    await syncDirectly(db, { account, source, settings, order: backwards, perPage: 500 })
    const expected = expectedTables(source, { account, settings })
    assert.deepEqual(differences(expected, await readTables(reader, account)), [])
  })
})
