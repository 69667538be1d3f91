import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Resync } from '../../src/workflows/messages.ts'
import { readResync } from '../../src/workflows/resync.ts'

const full: Resync = {
  ...{ mode: 'full', models: null, since: null, fromWatermark: false },
  ...{ confirmedModels: [], trigger: 'signal' },
}
const delta: Resync = { ...full, mode: 'delta', fromWatermark: true }
const from = (since: string): Resync => ({ ...delta, since, fromWatermark: false })
const read = (input: unknown) => readResync(input, 'signal')

describe('a message resync', () => {
  test('asks for a full sync of all models by default', () => {
    for (const nothing of [undefined, null, {}]) assert.deepEqual(read(nothing), full)
  })

  test('takes a mode, models, a time and a confirmation', () => {
    assert.deepEqual(read({ mode: 'delta' }), delta)
    assert.deepEqual(read({ models: ['jobs', 'users'] }), { ...full, models: ['jobs', 'users'] })
    for (const mode of [{}, { mode: 'full' }])
      assert.deepEqual(read({ ...mode, models: ['interviews'], confirmDeletions: true }), {
        ...full,
        models: ['interviews'],
        confirmedModels: ['interviews'],
      })
    assert.deepEqual(read({ confirmDeletions: false }), full)
    assert.deepEqual(
      read({ mode: 'delta', since: '2026-01-31T01:02:03+01:00' }),
      from('2026-01-31T00:02:03.000Z'),
    )
  })

  test('names what asked for it', () => {
    assert.deepEqual(readResync({}, 'update'), { ...full, trigger: 'update' })
  })

  test('asks for a delta if it has a time alone', () => {
    assert.deepEqual(read({ since: '2026-01-31' }), from('2026-01-31T00:00:00.000Z'))
  })

  test('takes each form of ISO 8601 that carries a date', () => {
    const midnight = '2026-01-31T00:00:00.000Z'
    const forms = ['2026-01-31T00:00Z', '2026-01-31T01:00+01:00', '2026-01-31T00:00:00.000000Z']
    for (const since of [...forms, '2026-01-30T19:00:00-05:00', '2026-01-31t00:00:00z'])
      assert.deepEqual(read({ since }), from(midnight), since)
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
    [
      'confirms deletions of no model by name',
      { confirmDeletions: true },
      /^confirmDeletions: name the models/,
    ],
    [
      'confirms deletions in a full sync of no model by name',
      { mode: 'full', confirmDeletions: true },
      /^confirmDeletions: name the models/,
    ],
    [
      'confirms deletions in a delta',
      { mode: 'delta', models: ['jobs'], confirmDeletions: true },
      /^confirmDeletions: only a full sync/,
    ],
    ...[{}, { mode: 'full' }, { mode: 'delta' }].map((mode): [string, unknown, RegExp] => [
      `confirms deletions from a time on: ${JSON.stringify(mode)}`,
      { ...mode, since: '2026-01-31', models: ['jobs'], confirmDeletions: true },
      /^confirmDeletions: only a full sync/,
    ]),
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
      assert.deepEqual(answer, from('2026-01-31T12:00:00.000Z'))
    })
  })
})
