import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type MainTable, mainTables } from '../../src/streams.ts'
import type { Resync } from '../../src/workflows/messages.ts'
import {
  dequeue,
  type Enqueued,
  enqueue,
  type QueuedResync,
  queuedSyncs,
  type ResyncQueue,
  withoutConfirmations,
} from '../../src/workflows/resync-queue.ts'

const full: Resync = {
  ...{ mode: 'full', models: null, since: null, fromWatermark: false },
  ...{ confirmedModels: [], trigger: 'signal' },
}
const delta: Resync = { ...full, mode: 'delta', fromWatermark: true }
const january = '2026-01-01T00:00:00.000Z'
const february = '2026-02-01T00:00:00.000Z'
const from = (since: string, models: readonly MainTable[]): Resync => ({
  ...{ ...delta, since, models, fromWatermark: false },
})
const confirming = (...models: MainTable[]): Resync => ({ ...full, models, confirmedModels: models })

/** What each request is answered, in their order; ids are counted up. */
function ask(resyncs: readonly Resync[]): Enqueued[] {
  let ids = 0
  let queue: ResyncQueue = {}
  return resyncs.map((resync) => {
    const answer = enqueue(queue, resync, () => `run ${++ids}`)
    queue = answer.queue
    return answer
  })
}

const queueOf = (resyncs: readonly Resync[]): ResyncQueue => ask(resyncs).at(-1)?.queue ?? {}
const modelsOf = (resync: Resync): readonly MainTable[] => resync.models ?? mainTables

/** Takes everything out, in the order in which it would run. */
function drain(queue: ResyncQueue): QueuedResync[] {
  const taken = dequeue(queue)
  return taken === null ? [] : [taken.next, ...drain(taken.rest)]
}

const someModels = fc.subarray([...mainTables], { minLength: 1 })
const trigger = fc.constantFrom('signal' as const, 'update' as const)
const someTime = fc.option(fc.constantFrom(january, february, '2026-03-01T00:00:00.000Z'))
const someResync: fc.Arbitrary<Resync> = fc.oneof(
  fc.record({ models: fc.option(someModels), trigger }).map((asked) => ({ ...full, ...asked })),
  fc
    .record({ models: someModels, trigger })
    .map(({ models, ...by }) => ({ ...confirming(...models), ...by })),
  fc
    .record({ models: fc.option(someModels), since: someTime, trigger })
    .map((asked) => ({ ...delta, ...asked, fromWatermark: asked.since === null })),
)
const someResyncs = fc.array(someResync, { minLength: 1, maxLength: 12 })

describe('a queue of resyncs', () => {
  test('holds at most one full and one delta, the full first, that share no model', () => {
    fc.assert(
      fc.property(someResyncs, (asked) => {
        const entries = drain(queueOf(asked))
        assert.deepEqual(
          entries.map(({ mode }) => mode),
          ['full', 'delta'].filter((mode) => entries.some((entry) => entry.mode === mode)),
        )
        const models = entries.flatMap((entry) => entry.models)
        assert.equal(new Set(models).size, models.length)
      }),
    )
  })

  test('loses no model of a request, and adds none', () => {
    fc.assert(
      fc.property(someResyncs, (asked) => {
        const queued = drain(queueOf(asked)).flatMap(({ models }) => models)
        assert.deepEqual(queued.sort(), [...new Set(asked.flatMap(modelsOf))].sort())
      }),
    )
  })

  test('does for each model at least as much as each request asked for', () => {
    fc.assert(
      fc.property(someResyncs, (asked) => {
        const queued = drain(queueOf(asked))
        for (const resync of asked)
          for (const model of modelsOf(resync)) {
            const found = queued.find(({ models }) => models.includes(model))
            assert.ok(found)
            if (resync.mode === 'full') assert.equal(found.mode, 'full')
            if (resync.confirmedModels.includes(model)) assert.ok(found.confirmedModels.includes(model))
            if (found.mode === 'full') continue
            if (resync.since !== null) assert.ok(found.since !== null && found.since <= resync.since)
            else assert.ok(found.fromWatermark)
          }
      }),
    )
  })

  test('confirms the models alone that some request has confirmed by name', () => {
    fc.assert(
      fc.property(someResyncs, (asked) => {
        const named = new Set(asked.flatMap(({ confirmedModels }) => confirmedModels))
        for (const { mode, models, confirmedModels } of drain(queueOf(asked))) {
          assert.ok(confirmedModels.every((model) => named.has(model) && models.includes(model)))
          if (mode === 'delta') assert.deepEqual(confirmedModels, [])
        }
      }),
    )
  })

  test('waits for the same in whatever order the requests came', () => {
    const wishes = (queue: ResyncQueue) =>
      drain(queue).map(({ mode, models, confirmedModels }) => ({ mode, models, confirmedModels }))
    fc.assert(
      fc.property(someResyncs, (asked) => {
        assert.deepEqual(wishes(queueOf(asked)), wishes(queueOf(asked.toReversed())))
      }),
    )
  })

  test('answers each request with the id of an entry that does it, and says whether that waited', () => {
    fc.assert(
      fc.property(someResyncs, (asked) => {
        let before: string[] = []
        for (const [index, { syncId, alreadyQueued, queue }] of ask(asked).entries()) {
          const entry = drain(queue).find(({ id }) => id === syncId)
          const wanted = asked[index]
          assert.ok(entry && wanted && modelsOf(wanted).some((model) => entry.models.includes(model)))
          assert.equal(alreadyQueued, before.includes(syncId))
          before = drain(queue).map(({ id }) => id)
        }
      }),
    )
  })

  test('outlives continue-as-new, which makes JSON of it', () => {
    fc.assert(
      fc.property(someResyncs, (asked) => {
        const queue = queueOf(asked)
        assert.deepEqual(JSON.parse(JSON.stringify(queue)), queue)
      }),
    )
  })

  test('drops a delta that a full empties, and answers with the id of the full', () => {
    const [first, second, third] = ask([
      { ...delta, models: ['users'] },
      full,
      { ...delta, models: ['jobs'] },
    ])
    assert.deepEqual([first?.syncId, first?.alreadyQueued], ['run 1', false])
    assert.deepEqual([second?.syncId, second?.alreadyQueued], ['run 2', false])
    assert.deepEqual([third?.syncId, third?.alreadyQueued], ['run 2', true])
    assert.deepEqual(
      queuedSyncs(third?.queue ?? {}).map(({ id, mode }) => ({ id, mode })),
      [{ id: 'run 2', mode: 'full' }],
    )
  })

  test('takes the models of a full out of the delta that waits, which keeps its id and its time', () => {
    const queue = queueOf([from(january, ['users', 'jobs']), { ...full, models: ['jobs'] }])
    assert.deepEqual(
      queuedSyncs(queue).map(({ id, models, since }) => ({ id, models, since })),
      [
        { id: 'run 2', models: ['jobs'], since: null },
        { id: 'run 1', models: ['users'], since: january },
      ],
    )
  })

  test('joins what a request asks for to the entry of its mode: the earlier time wins', () => {
    const answers = ask([from(february, ['jobs']), from(january, ['users'])])
    assert.deepEqual(
      answers.map(({ syncId, alreadyQueued }) => [syncId, alreadyQueued]),
      [
        ['run 1', false],
        ['run 1', true],
      ],
    )
    assert.deepEqual(queuedSyncs(answers[1]?.queue ?? {}), [
      { id: 'run 1', mode: 'delta', models: ['users', 'jobs'], since: january, confirmedModels: [] },
    ])
  })

  test('keeps a confirmation to its models when other requests join', () => {
    const queue = queueOf([confirming('interviews'), full])
    assert.deepEqual(queue.full?.confirmedModels, ['interviews'])
    assert.deepEqual(queue.full?.models, mainTables)
    assert.deepEqual(withoutConfirmations(queue), { full: { ...queue.full, confirmedModels: [] } })
  })

  test('is not changed by what is made of it', () => {
    const queue = Object.freeze(queueOf([delta]))
    enqueue(queue, full, () => 'another')
    dequeue(queue)
    assert.deepEqual(
      queuedSyncs(queue).map(({ models }) => models),
      [mainTables],
    )
  })

  test('is empty when nothing waits', () => {
    assert.deepEqual([queuedSyncs({}), dequeue({})], [[], null])
  })
})
