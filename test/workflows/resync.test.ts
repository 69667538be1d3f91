import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { type MainTable, mainTables } from '../../src/streams.ts'
import type { Resync } from '../../src/workflows/messages.ts'
import { dequeue, enqueue, queuedResyncs, type ResyncQueue, readResync } from '../../src/workflows/resync.ts'

const full: Resync = { mode: 'full', models: null, since: null, confirmDeletions: false, trigger: 'signal' }
const delta: Resync = { ...full, mode: 'delta' }
const read = (input: unknown) => readResync(input, 'signal')

describe('a message resync', () => {
  test('asks for a full sync of all models by default', () => {
    for (const nothing of [undefined, null, {}]) assert.deepEqual(read(nothing), full)
  })

  test('takes a mode, models, a time and a confirmation', () => {
    assert.deepEqual(read({ mode: 'delta' }), delta)
    assert.deepEqual(read({ models: ['jobs', 'users'] }), { ...full, models: ['jobs', 'users'] })
    assert.deepEqual(read({ confirmDeletions: true }), { ...full, confirmDeletions: true })
    assert.deepEqual(read({ mode: 'delta', since: '2026-01-31T01:02:03+01:00' }), {
      ...delta,
      since: '2026-01-31T00:02:03.000Z',
    })
  })

  test('names what asked for it', () => {
    assert.deepEqual(readResync({}, 'update'), { ...full, trigger: 'update' })
  })

  test('asks for a delta if it has a time alone', () => {
    assert.deepEqual(read({ since: '2026-01-31' }), { ...delta, since: '2026-01-31T00:00:00.000Z' })
  })

  test('takes each form of ISO 8601 that carries a date', () => {
    const midnight = '2026-01-31T00:00:00.000Z'
    const forms = ['2026-01-31T00:00Z', '2026-01-31T01:00+01:00', '2026-01-31T00:00:00.000000Z']
    for (const since of [...forms, '2026-01-30T19:00:00-05:00', '2026-01-31t00:00:00z'])
      assert.deepEqual(read({ since }), { ...delta, since: midnight }, since)
  })

  const refused: readonly [string, unknown, RegExp][] = [
    ['is a text', 'full', /expected an object/],
    ['is a number', 7, /expected an object/],
    ['is a list', [{ mode: 'full' }], /expected an object/],
    ['has an unknown field', { mod: 'full' }, /unknown field "mod": known are mode, models, since/],
    ['has a mode that is none', { mode: 'FULL' }, /^mode: expected "full" or "delta"/],
    ['has null as mode', { mode: null }, /^mode:/],
    ['has a list as mode', { mode: ['full'] }, /^mode:/],
    ['has a model that is none', { models: ['users', 'user'] }, /^models: expected a list of some of users/],
    ['has no models at all', { models: [] }, /^models:/],
    ['has one model as text', { models: 'users' }, /^models:/],
    ['has models as object', { models: { 0: 'users', length: 1 } }, /^models:/],
    ['has a model inside of a list', { models: [['users']] }, /^models:/],
    ['has a name that every object has as model', { models: ['constructor', '__proto__'] }, /^models:/],
    ['has no time as since', { since: 'yesterday' }, /^since: expected an ISO 8601 time/],
    ['has a number as since', { since: 1_700_000_000_000 }, /^since:/],
    ['has a month that is none', { since: '2026-13-01' }, /^since:/],
    ['has words behind its time', { since: '2026-01-31T00:00:00Z (midnight)' }, /^since:/],
    ['has a time of day that is none', { since: '2026-01-31T25:00:00Z' }, /^since:/],
    ['has a year that five digits write', { since: '9999-12-31T23:59:59-12:00' }, /^since:/],
    [
      'has a since for a full sync',
      { mode: 'full', since: '2026-01-31' },
      /^since: a full sync reads everything/,
    ],
    ['has a text as confirmation', { confirmDeletions: 'yes' }, /^confirmDeletions: expected true or false/],
  ]
  for (const [what, input, why] of refused) {
    test(`is refused in words if it ${what}`, () => {
      const answer = read(input)
      assert.equal(typeof answer, 'string')
      assert.match(answer as string, why)
    })
  }

  test('is refused for a field that would reach the prototype', () => {
    assert.match(read(JSON.parse('{"__proto__":{"mode":"delta"}}')) as string, /unknown field "__proto__"/)
  })

  test('is refused in few words, however much it says', () => {
    const huge = 'x'.repeat(1_000_000)
    const many = Array.from({ length: 100_000 }, () => 'users ')
    for (const input of [
      huge,
      { [huge]: 1 },
      { mode: huge },
      { models: many },
      { since: `2026-01-01T${huge}` },
    ]) {
      const answer = read(input)
      assert.ok(typeof answer === 'string' && answer.length < 300)
    }
  })

  test('is read or refused, and never throws, whatever JSON it is', () => {
    const field = fc.constantFrom('mode', 'models', 'since', 'confirmDeletions', '__proto__')
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(field, fc.jsonValue())), (input) => {
        const answer = read(input)
        if (typeof answer !== 'string') assert.ok(answer.mode === 'full' || answer.mode === 'delta')
      }),
    )
  })

  describe('on a worker that is not in UTC', () => {
    const zone = process.env.TZ
    before(() => {
      process.env.TZ = 'America/New_York'
    })
    after(() => {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    })

    test('takes a time without zone as UTC, so that all workers read the same', () => {
      const answer = read({ since: '2026-01-31T12:00:00' })
      assert.deepEqual(answer, { ...delta, since: '2026-01-31T12:00:00.000Z' })
    })
  })
})

const someResync: fc.Arbitrary<Resync> = fc
  .record({
    mode: fc.constantFrom('full' as const, 'delta' as const),
    models: fc.option(fc.subarray([...mainTables], { minLength: 1 })),
    since: fc.option(
      fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'),
    ),
    confirmDeletions: fc.boolean(),
    trigger: fc.constantFrom('signal' as const, 'update' as const),
  })
  .map((resync) => (resync.mode === 'full' ? { ...resync, since: null } : resync))

const queueOf = (resyncs: readonly Resync[]) => resyncs.reduce<ResyncQueue>(enqueue, {})
const modelsOf = (resync: Resync): readonly MainTable[] => resync.models ?? mainTables

/** Takes everything out, in the order in which it would run. */
function drain(queue: ResyncQueue): Resync[] {
  const taken = dequeue(queue)
  return taken === null ? [] : [taken.next, ...drain(taken.rest)]
}

describe('a queue of resyncs', () => {
  test('holds each model that was asked for in one request, and no other', () => {
    fc.assert(
      fc.property(fc.array(someResync, { maxLength: 12 }), (asked) => {
        const wanted = new Set(asked.flatMap(modelsOf))
        const queued = drain(queueOf(asked)).flatMap(modelsOf)
        assert.deepEqual(queued.sort(), [...wanted].sort())
      }),
    )
  })

  test('asks for each model at least as much as each request did', () => {
    fc.assert(
      fc.property(fc.array(someResync, { minLength: 1, maxLength: 12 }), (asked) => {
        const queued = drain(queueOf(asked))
        for (const resync of asked)
          for (const model of modelsOf(resync)) {
            const found = queued.find((one) => modelsOf(one).includes(model))
            assert.ok(found)
            if (resync.mode === 'full') assert.equal(found.mode, 'full')
            if (resync.confirmDeletions) assert.equal(found.confirmDeletions, true)
            if (found.mode === 'delta' && resync.since !== null)
              assert.ok(found.since !== null && found.since <= resync.since)
          }
      }),
    )
  })

  test('asks for no model more than the requests did together', () => {
    fc.assert(
      fc.property(fc.array(someResync, { minLength: 1, maxLength: 12 }), (asked) => {
        for (const found of drain(queueOf(asked)))
          for (const model of modelsOf(found)) {
            const mine = asked.filter((resync) => modelsOf(resync).includes(model))
            assert.ok(mine.some(({ mode }) => mode === found.mode))
            assert.ok(mine.some(({ since }) => since === found.since) || found.since === null)
            assert.equal(
              found.confirmDeletions,
              mine.some((resync) => resync.confirmDeletions),
            )
          }
      }),
    )
  })

  test('is the same in whatever order the requests came, but for who asked first', () => {
    const withoutTrigger = (resyncs: readonly Resync[]) => resyncs.map(({ trigger: _, ...rest }) => rest)
    fc.assert(
      fc.property(fc.array(someResync, { maxLength: 8 }), (asked) => {
        assert.deepEqual(
          withoutTrigger(queuedResyncs(queueOf(asked))),
          withoutTrigger(queuedResyncs(queueOf(asked.toReversed()))),
        )
      }),
    )
  })

  test('outlives continue-as-new, which makes JSON of it', () => {
    fc.assert(
      fc.property(fc.array(someResync, { maxLength: 8 }), (asked) => {
        const queue = queueOf(asked)
        assert.deepEqual(JSON.parse(JSON.stringify(queue)), queue)
      }),
    )
  })

  test('is not changed by what is made of it', () => {
    const queue = Object.freeze(queueOf([delta]))
    enqueue(queue, full)
    dequeue(queue)
    assert.deepEqual(queuedResyncs(queue), [{ ...delta, models: mainTables }])
  })

  test('runs fulls before deltas', () => {
    const queue = queueOf([
      { ...delta, models: ['users'] },
      { ...full, models: ['interviews'] },
    ])
    assert.deepEqual(
      drain(queue).map(({ mode }) => mode),
      ['full', 'delta'],
    )
  })

  test('makes one request of models that wait for the same', () => {
    const queue = queueOf([
      { ...delta, models: ['jobs'] },
      { ...delta, models: ['users'], trigger: 'update' },
    ])
    assert.deepEqual(queuedResyncs(queue), [{ ...delta, models: ['users', 'jobs'], trigger: 'update' }])
  })

  test('forgets a since once a full sync is asked for as well', () => {
    const queue = queueOf([{ ...delta, since: '2026-01-01T00:00:00.000Z' }, full])
    assert.deepEqual(queuedResyncs(queue), [{ ...full, models: mainTables }])
  })

  test('is empty when nothing waits', () => {
    assert.deepEqual([queuedResyncs({}), dequeue({})], [[], null])
  })
})
