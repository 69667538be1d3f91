import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Moment, wronglyMoved } from '../support/oracle/moved-rows.ts'
import { type ExpectedTables, tableNames } from '../support/oracle/types.ts'

/** A candidate, and whose each of these applications is; `at` says when each row has changed. */
function momentOf(holders: Record<string, string>, at: Record<string, string>): Moment {
  const none = Object.fromEntries(tableNames.map((table) => [table, new Map()])) as unknown as ExpectedTables
  const applications = Object.entries(holders).map(
    ([id, candidate_id]) => [id, { id, candidate_id }] as const,
  )
  return {
    tables: { ...none, candidates: new Map([['c', { id: 'c' }]]), applications: new Map(applications) },
    changes: new Map(Object.entries(at)),
  }
}

describe('a candidate whose time has moved, and who is what it was', () => {
  const before = momentOf(
    { left: 'c', came: 'd' },
    { 'candidates c': '1', 'applications left': '1', 'applications came': '1' },
  )

  test('may have passed through another source where one application has left and another one come', () => {
    const after = momentOf(
      { left: 'd', came: 'c' },
      { 'candidates c': '2', 'applications left': '2', 'applications came': '2' },
    )
    assert.deepEqual(wronglyMoved(before, after), [])
  })

  test('was written for nothing where none has', () => {
    const after = momentOf(
      { left: 'c', came: 'd' },
      { 'candidates c': '2', 'applications left': '1', 'applications came': '1' },
    )
    assert.deepEqual(wronglyMoved(before, after), ['candidates c: changed_at moved, but no column differs'])
  })
})
