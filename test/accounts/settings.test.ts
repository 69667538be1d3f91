import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyAssignments } from '../../src/accounts/assignments.ts'
import { type SettingKey, settingKeys } from '../../src/accounts/setting-declarations.ts'
import { parseSettings } from '../../src/accounts/settings.ts'
import { UserError } from '../../src/errors.ts'
import { mainTables } from '../../src/streams.ts'

const field = { model: 'candidates', key: 'badge', label: 'Badge', path: '$.custom_id' }
const list = (...fields: unknown[]) => JSON.stringify(fields)

/** Texts for `account set`, of each key: with the value that is then stored, and such that are refused. */
const examples: Record<SettingKey, { good: [text: string, stored: unknown][]; bad: string[] }> = {
  'schedule.deltaEvery': durations(['59s', '366d']),
  'schedule.fullEvery': durations(['59s', '366d']),
  'rate.requestsPerSecond': {
    good: [
      ['15', 15],
      ['0.5', 0.5],
      ['1000', 1_000],
    ],
    bad: ['0', '-1', '1000.1', 'fast', 'NaN', '1e999', '"5"', 'true', '{}'],
  },
  'rate.burst': {
    good: [
      ['1', 1],
      ['10000', 10_000],
    ],
    bad: ['0', '10001', '1.5', 'x'],
  },
  'rate.maxInFlight': {
    good: [
      ['1', 1],
      ['16', 16],
    ],
    bad: ['0', '17', '1.5'],
  },
  'paging.maxPerPage': {
    good: [
      ['10', 10],
      ['100', 100],
    ],
    bad: ['9', '501', '99.5', 'all'],
  },
  'paging.overlap': {
    good: [
      ['0s', '0s'],
      ['1h', '1h'],
    ],
    bad: ['10', '-1m', '8d', ''.padEnd(200, '1')],
  },
  models: {
    good: [
      ['["jobs"]', ['jobs']],
      ['applications, jobs', ['jobs', 'applications']],
      ['users', ['users']],
    ],
    bad: ['[]', 'job', 'jobs,jobs', '["jobs",1]', '{"jobs":true}', ','],
  },
  jobBoard: {
    good: [
      ['acme', 'acme'],
      ['123', '123'],
      ['"true"', 'true'],
    ],
    bad: ['a/b', 'https://jobs.gem.com/acme', 'a b', '"\\u0000"', '""'],
  },
  integrationFields: {
    good: [
      [list(field), [field]],
      [list(field, { ...field, model: 'jobs' }), [field, { ...field, model: 'jobs' }]],
    ],
    bad: [
      'x',
      '{}',
      list(1),
      list({ ...field, model: 'users2' }),
      list({ ...field, path: '$[' }),
      list({ ...field, path: '' }),
      list({ ...field, key: '' }),
      list({ ...field, label: 'a\0b' }),
      list({ ...field, more: 1 }),
      list({ key: 'a', label: 'b', path: '$' }),
      list(field, field),
    ],
  },
  'deletions.maxShare': {
    good: [
      ['0', 0],
      ['1', 1],
      ['0.05', 0.05],
    ],
    bad: ['-0.1', '1.1', '30%'],
  },
  'deletions.minRows': {
    good: [
      ['0', 0],
      ['1000', 1000],
    ],
    bad: ['-1', '1.5'],
  },
  'retention.afterDays': { good: [['180', 180]], bad: ['0', '-1', '1.5', 'off', '180d'] },
  'retention.runsAfterDays': { good: [['7', 7]], bad: ['0', 'x'] },
}

function durations(bounds: string[]) {
  const good: [string, string][] = [
    ['90s', '90s'],
    ['1m', '1m'],
    ['2 hours', '2 hours'],
    ['"45m"', '45m'],
    ['365d', '365d'],
  ]
  return { good, bad: ['90', '-3h', '3x', 'soon', '[]', '1e3s', ...bounds] }
}

for (const key of settingKeys) {
  test(`${key} takes what is right and keeps it, and refuses the rest by name`, () => {
    for (const [text, stored] of examples[key].good) {
      const [group = '', member] = key.split('.')
      const nested = member === undefined ? { [group]: stored } : { [group]: { [member]: stored } }
      assert.deepEqual(applyAssignments({}, [`${key}=${text}`]), nested)
      parseSettings(nested)
    }
    for (const text of examples[key].bad) {
      assert.throws(
        () => applyAssignments({}, [`${key}=${text}`]),
        (error) => error instanceof UserError && error.message.includes(`${key} must be`),
        `${key}=${text}`,
      )
    }
  })

  test(`${key} has its default again after null or nothing`, () => {
    for (const [text] of examples[key].good) {
      const stored = applyAssignments({}, [`${key}=${text}`])
      assert.deepEqual(applyAssignments(stored, [`${key}=null`]), {})
      assert.deepEqual(applyAssignments(stored, [`${key}=`]), {})
    }
  })
}

test('nothing stored means the defaults of the design', () => {
  const [hour, minute] = [3_600_000, 60_000]
  assert.deepEqual(parseSettings({}), {
    schedule: { deltaEvery: '3h', deltaEveryMs: 3 * hour, fullEvery: '10h', fullEveryMs: 10 * hour },
    rate: { requestsPerSecond: 10, burst: 20, maxInFlight: 4 },
    paging: { maxPerPage: 500, overlap: '10m', overlapMs: 10 * minute },
    models: mainTables,
    jobBoard: null,
    integrationFields: [],
    deletions: { maxShare: 0.3, minRows: 20 },
    retention: { afterDays: null, runsAfterDays: 30 },
  })
})

test('what equals its default is not stored', () => {
  const stored = applyAssignments({}, [
    'schedule.deltaEvery=3h',
    'rate.burst=20',
    `models=${mainTables.toReversed().join()}`,
  ])
  assert.deepEqual(stored, {})
})

test('an assignment leaves the other settings alone, of the same group too', () => {
  const before = { rate: { burst: 5 }, jobBoard: 'acme' }
  const after = applyAssignments(before, ['rate.requestsPerSecond=2'])
  assert.deepEqual(after, { rate: { requestsPerSecond: 2, burst: 5 }, jobBoard: 'acme' })
  assert.deepEqual(before, { rate: { burst: 5 }, jobBoard: 'acme' })
})

test('an unknown key is refused by name, with the one that was probably meant', () => {
  const cases = [
    ['rate.requestPerSecond=1', 'rate.requestsPerSecond'],
    ['burst=1', 'rate.burst'],
    ['jobboard=acme', 'jobBoard'],
    ['rate={"burst":1}', 'rate.burst'],
  ] as const
  for (const [assignment, meant] of cases) {
    const [name = ''] = assignment.split('=')
    assert.throws(
      () => applyAssignments({}, [assignment]),
      (error: Error) => {
        assert.ok(error instanceof UserError)
        return error.message.includes(JSON.stringify(name)) && error.message.includes(meant)
      },
      assignment,
    )
  }
})

test('what a newer version has stored can be dropped by name, and only so', () => {
  const stored = { jobBoard: 'acme', rate: { burst: 5, jitter: 3 }, pace: { of: 'change' } }
  assert.throws(() => applyAssignments(stored, ['rate.burst=6']), /rate\.jitter/)
  assert.throws(() => applyAssignments(stored, ['rate.jitter=4', 'pace=null']), /rate\.jitter/)
  assert.deepEqual(applyAssignments(stored, ['rate.jitter=null', 'pace=', 'rate.burst=6']), {
    jobBoard: 'acme',
    rate: { burst: 6 },
  })
  for (const name of ['brust', 'rate.brust', 'jobBoard.x', '__proto__', 'rate.__proto__', 'toString']) {
    assert.throws(
      () => applyAssignments(stored, [`${name}=null`, 'rate.jitter=null', 'pace=null']),
      UserError,
    )
  }
})

test('names that every object has are no settings', () => {
  for (const name of ['__proto__', 'constructor', 'toString', '__proto__.x', 'rate.__proto__']) {
    assert.throws(() => applyAssignments({}, [`${name}=1`]), UserError)
  }
})

test('a text that may be an API key is refused and not repeated', () => {
  for (const key of ['kEy0kEy1kEy2kEy3kEy4kEy5', 'kEy0kEy1kEy2kEy3kEy4kEy5==']) {
    assert.throws(
      () => applyAssignments({}, [key]),
      (error: Error) => !error.message.includes('kEy0'),
    )
  }
})

test('stored settings that are not right are refused by name', () => {
  const cases: [unknown, string][] = [
    [{ rate: { burst: 'many' } }, 'rate.burst'],
    [{ rate: { brust: 1 } }, 'rate.brust'],
    [{ rate: 5 }, 'rate'],
    [{ pace: 5 }, 'pace'],
    [{ 'rate.burst': 5, models: [] }, 'models'],
    [[], 'settings'],
    [null, 'settings'],
  ]
  for (const [stored, name] of cases) {
    assert.throws(
      () => parseSettings(stored),
      (error) => error instanceof UserError && error.message.includes(name),
    )
  }
})
