import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setAccountState } from '../../src/accounts/account-store.ts'
import { type MirrorDatabase, openMirrors } from '../truth/mirror.ts'

describe('a slice that begins long after it was scheduled', () => {
  let mirrors: MirrorDatabase
  before(async () => {
    mirrors = await openMirrors()
  })
  after(() => mirrors[Symbol.asyncDispose]())

  for (const state of ['PAUSED', 'NEEDS_CREDENTIALS'] as const) {
    test(`makes no call where its account is ${state} by then, and goes on afterwards`, async () => {
      const { account, db, gem, sync } = await mirrors.mirror({ candidates: 50 })
      await setAccountState(db, account, state, null)
      await assert.rejects(sync({ streams: ['users'] }), /users: the account is not active/)
      assert.equal(gem.requests.total, 0)
      await setAccountState(db, account, 'ACTIVE', null)
      assert.equal((await sync({ streams: ['users'] })).state, 'SUCCEEDED')
    })
  }
})
