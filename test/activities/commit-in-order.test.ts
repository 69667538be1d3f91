import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setAccountState } from '../../src/accounts/account-store.ts'
import { CommittingPage, commitInOrder } from '../../src/activities/commit-in-order.ts'
import { silentMeter } from '../../src/activities/meter.ts'
import type { PageCommit } from '../../src/database/commit-page.ts'
import { connect } from '../../src/database/connect.ts'
import { FencedError } from '../../src/errors.ts'
import { createLogger } from '../../src/log.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { firstCursor } from '../support/direct-sync.ts'
import { type Mirror, openMirror } from '../support/mirror.ts'

const { database, db } = await databaseOfFile()
const quiet = { meter: silentMeter, log: createLogger({ level: 'silent', pretty: false }) }

/** The how manieth page of a list of candidates that are all new. */
const pageOf = (mirror: Mirror, number: number): PageCommit => ({
  ...mirror.pageOf('candidates', { id: `c${number}`, first_name: 'Ana', applications: [] }),
  cursor: { ...firstCursor, offset: number },
})

const committedOf = async (mirror: Mirror) =>
  (
    await mirror.ask<{ id: string }>(
      'select remote_id as id from ats.candidates where account = $account order by changed_at',
    )
  ).map(({ id }) => id)

for (const ahead of [false, true]) {
  describe(`pages of a list, ${ahead ? 'written before their turn' : 'each in its turn'}`, () => {
    const released: number[] = []

    /** Pages 1 to `count`; what is done before one is handed over is by its number. */
    function committing(
      mirror: Mirror,
      count: number,
      before: Record<number, () => unknown> = {},
      { fenced = 0, over = db } = {},
    ) {
      async function* numbers() {
        for (let number = 1; number <= count; number++) {
          await before[number]?.()
          yield number
        }
        await before[count + 1]?.()
      }
      return commitInOrder(numbers(), (number, previous) => {
        const release = () => released.push(number)
        const page = pageOf(mirror, number)
        const commit = number === fenced ? { ...page, leaseEpoch: page.leaseEpoch - 1 } : page
        return new CommittingPage({ ...quiet, db: over }, { commit, ahead, release }, previous)
      })
    }

    async function listen(pages: ReturnType<typeof committing>): Promise<number[]> {
      const seen: number[] = []
      for await (const { page, outcome } of pages) {
        assert.equal(outcome.inserted, 1)
        seen.push(page)
      }
      return seen
    }

    test('are committed in their order, told of in their order, and let go', async () => {
      const mirror = await openMirror(db)
      released.length = 0
      assert.deepEqual(await listen(committing(mirror, 7)), [1, 2, 3, 4, 5, 6, 7])
      assert.deepEqual(await committedOf(mirror), ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7'])
      assert.deepEqual(released, [1, 2, 3, 4, 5, 6, 7])
    })

    test('are not committed behind one that has noticed a pause', async () => {
      const mirror = await openMirror(db)
      const pages = committing(mirror, 5, { 2: () => setAccountState(db, mirror.account, 'PAUSED', null) })
      for await (const { outcome } of pages) if (outcome.accountState === 'PAUSED') break
      const committed = await committedOf(mirror)
      assert.ok(committed.length <= 2 && committed[0] === 'c1', committed.join())
    })

    test('are not committed behind one that cannot be, whose error it is', async () => {
      const mirror = await openMirror(db)
      const pages = committing(mirror, 5, {}, { fenced: 2 })
      await assert.rejects(listen(pages), FencedError)
      assert.deepEqual(await committedOf(mirror), ['c1'])
    })

    test('are committed as far as they came when the list fails', async () => {
      const mirror = await openMirror(db)
      const fail = () => {
        throw new Error('the list')
      }
      await assert.rejects(listen(committing(mirror, 3, { 3: fail })), /the list/)
      assert.deepEqual(await committedOf(mirror), ['c1', 'c2'])
    })

    test('tell of a commit that has failed before of a list that has', async () => {
      const mirror = await openMirror(db)
      const fail = () => {
        throw new Error('the list')
      }
      const pages = committing(mirror, 1, { 2: fail }, { fenced: 1 })
      await assert.rejects(listen(pages), FencedError)
    })

    test('do with one connection', async () => {
      const mirror = await openMirror(db)
      const over = connect(database.workerUrl, { max: 1 })
      try {
        assert.deepEqual(await listen(committing(mirror, 3, {}, { over })), [1, 2, 3])
      } finally {
        await over.destroy()
      }
    })

    test('leave no commit behind when nobody listens any more', async () => {
      const mirror = await openMirror(db)
      released.length = 0
      for await (const { page } of committing(mirror, 5)) if (page === 2) break
      const committed = await committedOf(mirror)
      assert.deepEqual(committed, ['c1', 'c2', 'c3'])
      assert.deepEqual(released, [1, 2, 3])
    })
  })
}
