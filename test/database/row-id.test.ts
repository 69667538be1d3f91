import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { v5 } from 'uuid'
import { KnownIds, RowIds, rowId } from '../../src/database/row-id.ts'

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

test('ids are the same whether they have been asked for before, on this page or on another one', () => {
  const table = fc.constantFrom('users', 'jobs', 'application_stages', 'candidates')
  const asked = fc.array(fc.tuple(fc.constantFrom('acme', 'beta'), table, fc.nat({ max: 20 })), {
    maxLength: 50,
  })
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 4 }), (pages) => {
      for (const page of pages) {
        const ids = { acme: new RowIds('acme'), beta: new RowIds('beta') }
        for (const [account, of, id] of page)
          assert.equal(ids[account as 'acme' | 'beta'].of(of, `${id}`), rowId(account, of, `${id}`))
      }
    }),
  )
})

test('ids that outlive a page are kept across pages, and no more of them than are allowed', () => {
  const lasting = new KnownIds(10)
  for (let job = 0; job < 25; job++) {
    for (const ids of [new RowIds('acme', lasting), new RowIds('acme', lasting)])
      assert.equal(ids.of('jobs', `${job}`), rowId('acme', 'jobs', `${job}`))
    // The second page finds what the first one has made.
    assert.equal(lasting.size, (job % 10) + 1)
  }
  new RowIds('acme', lasting).of('candidates', '1')
  assert.equal(lasting.size, 5)
})
