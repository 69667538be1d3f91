import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { v5 } from 'uuid'
import { rowId } from '../../src/database/row-id.ts'

const namespace = '0b9e5c1e-6d0f-5a57-8f0e-3c5d2a9b7f41'

test('ids are UUIDs of version 5 of the account, the table and the ids of Gem', () => {
  const text = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(text, text, fc.array(text, { minLength: 1, maxLength: 2 }), (account, table, remoteIds) => {
      assert.equal(
        rowId(account, table, ...remoteIds),
        v5(JSON.stringify([account, table, ...remoteIds]), namespace),
      )
    }),
  )
})
