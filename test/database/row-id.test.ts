import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { v5 } from 'uuid'
import { RowIds, rowId } from '../../src/database/row-id.ts'

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

test('ids of an account with more jobs than are kept in mind are right, and not all kept', () => {
  const before = process.memoryUsage().heapUsed
  const ids = () => new RowIds('huge')
  for (let page = 0; page < 200; page++) {
    const ofPage = ids()
    for (let row = 0; row < 500; row++) {
      const id = `${page}-${row}`
      if (row % 100 === 0) assert.equal(ofPage.of('jobs', id), rowId('huge', 'jobs', id))
      else ofPage.of('jobs', id)
    }
  }
  assert.ok(process.memoryUsage().heapUsed - before < 60_000_000)
})
