import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import type { RootOperationNode } from 'kysely'
import { AccountLimiter } from '../../src/activities/account-limiter.ts'
import { connect, type Db } from '../../src/database/connect.ts'
import { type Rate, readBlock, readLearnedRate, reserveSlots } from '../../src/database/rate-limit.ts'
import { type Fault, type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { BlockedError, WaitError } from '../../src/errors.ts'
import { createGemClient, type GemClient } from '../../src/gem/client.ts'
import { streams } from '../../src/streams.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { addBareAccount } from '../support/direct-sync.ts'

const usual: Rate = { perSecond: 10, burst: 20 }
const gemNow = new Date('2026-01-01T00:00:00Z')

describe('slices of one account on two workers', () => {
  let database: TestDatabase
  let workers: readonly [Db, Db]
  let gem: SimulatedGem
  let account: string
  const clients: GemClient[] = []
  let statements = 0

  before(async () => {
    database = await createTestDatabase()
    workers = [connect(database.workerUrl), connect(database.workerUrl)]
    gem = await startSimulatedGem({ rate: null, now: () => gemNow })
  })
  after(async () => {
    await gem.close()
    for (const db of workers) await db.destroy()
    await database.drop()
  })
  beforeEach(async () => {
    account = await addBareAccount(workers[0])
    gem.requests.reset()
  })
  afterEach(async () => {
    gem.faults.clear()
    gem.setRate(null)
    for (const client of clients.splice(0)) await client.close()
  })

  const limiterOn = (worker: 0 | 1, rate: Rate) =>
    new AccountLimiter(counting(workers[worker]), account, rate, 0)

  function counting(db: Db): Db {
    return db.withPlugin({
      transformQuery({ node }): RootOperationNode {
        statements++
        return node
      },
      transformResult: async ({ result }) => result,
    })
  }

  /** A slice that can read the page of a list. */
  function slice(worker: 0 | 1, rate: Rate) {
    const limiter = limiterOn(worker, rate)
    const client = createGemClient({
      baseUrl: gem.url,
      apiKey: gem.apiKey,
      allowInsecureBaseUrl: true,
      limiter,
    })
    clients.push(client)
    return (page: number) => client.fetchPage({ path: streams.users.path, page, perPage: 10, query: {} })
  }

  test('stay within the budget together', async () => {
    const rate: Rate = { perSecond: 40, burst: 5 }
    const inFlight = 4
    // A call never comes before its slot, but it may come late: in any time arrive those whose slots lie in it, and at
    // most those that were under way when it began.
    gem.setRate({ ...rate, burst: rate.burst + 2 * inFlight })
    let pages = 100
    const readOn = async (read: (page: number) => Promise<unknown>) => {
      while (pages-- > 0) await read(1)
    }
    const slices = [slice(0, rate), slice(1, rate)]
    await Promise.all(slices.flatMap((read) => Array.from({ length: inFlight }, () => readOn(read))))
    assert.deepEqual(gem.requests.byStatus, { 200: 100 })
  })

  test('make no call once one of them was refused: not even those whose slots were reserved before', async () => {
    // The second slot comes two seconds after the first, whose call is refused by then.
    const rate: Rate = { perSecond: 0.5, burst: 1 }
    const [read, readBeside] = [slice(0, rate), slice(1, rate)]
    let beside: Promise<unknown> | undefined
    gem.faults.add({
      kind: 'throttle',
      retryAfter: 3600,
      async before() {
        const next = await nextSlot()
        beside = assert.rejects(readBeside(2), BlockedError)
        while ((await nextSlot()) === next);
      },
    })
    await assert.rejects(read(1), WaitError)
    await beside
    await assert.rejects(readBeside(3), BlockedError)
    assert.equal(gem.requests.total, 1)
  })

  async function nextSlot(): Promise<number | undefined> {
    const limit = workers[0].selectFrom('sync.rate_limits').where('account', '=', account)
    return (await limit.select('next_slot_at').executeTakeFirst())?.next_slot_at.getTime()
  }

  const refusals: {
    readonly says: string
    readonly fault: Fault
    readonly seconds: [number, number]
    learned: number | null
  }[] = [
    {
      says: 'Retry-After in seconds',
      fault: { kind: 'throttle', retryAfter: 90 },
      seconds: [89, 90],
      learned: 8,
    },
    {
      says: 'Retry-After as a date by Gem’s clock',
      fault: { kind: 'throttle', retryAfter: new Date(gemNow.getTime() + 90_000).toUTCString() },
      seconds: [89, 90],
      learned: 8,
    },
    { says: 'not said', fault: { kind: 'throttle' }, seconds: [0, 1], learned: 8 },
    { says: 'the quota is used up', fault: { kind: 'quota' }, seconds: [440, 900], learned: null },
    {
      says: 'the quota is used up, Retry-After in seconds',
      fault: { kind: 'quota', retryAfter: 7200 },
      seconds: [7190, 7200],
      learned: null,
    },
  ]
  for (const {
    says,
    fault,
    seconds: [least, most],
    learned,
  } of refusals) {
    test(`wait as long as a 429 asks, and learn from it: ${says}`, async () => {
      const before = performance.now()
      gem.faults.add(fault)
      await assert.rejects(slice(0, usual)(1), WaitError)
      const seconds = (await readBlock(workers[1], account)) / 1000
      const spent = (performance.now() - before) / 1000
      assert.ok(seconds >= least - spent && seconds <= most, `${seconds} s`)
      assert.equal((await readLearnedRate(workers[1], account, usual))?.perSecond ?? null, learned)
    })
  }

  test('take one statement for calls that begin side by side', async () => {
    const limiter = limiterOn(0, { perSecond: 1, burst: 4 })
    statements = 0
    await Promise.all(Array.from({ length: 4 }, () => limiter.acquire()))
    assert.equal(statements, 1)
    assert.equal(limiter.takeCalls(), 4)
  })

  test('leave each other the slots that they make no call with', async () => {
    const rate: Rate = { perSecond: 0.01, burst: 2 }
    await limiterOn(0, rate).acquire()
    const rest = await reserveSlots(workers[1], account, rate, 1)
    assert.deepEqual(rest, { kind: 'slots', delays: [0], perSecond: 0.01 })
  })

  test('make no call whose signal is aborted while it waits for its slot', async () => {
    const limiter = limiterOn(0, { perSecond: 0.01, burst: 1 })
    await limiter.acquire()
    const stopping = new AbortController()
    const waiting = assert.rejects(limiter.acquire(stopping.signal), { name: 'AbortError' })
    stopping.abort()
    await waiting
    assert.equal(limiter.takeCalls(), 1)
  })
})
