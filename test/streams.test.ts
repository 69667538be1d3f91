import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  computePhases,
  type MainTable,
  mainTables,
  type Stream,
  type StreamName,
  streamNames,
  streams,
  streamsOf,
} from '../src/streams.ts'

const someStreams = fc.shuffledSubarray([...streamNames])
const someModels = fc.subarray([...mainTables], { minLength: 1 })

/** Everything that a stream needs before it, however far away. */
function ancestorsOf(name: StreamName): Set<StreamName> {
  return new Set(streams[name].dependsOn.flatMap((parent) => [parent, ...ancestorsOf(parent)]))
}

describe('the phases of a sync', () => {
  test('are those of the design for all streams', () => {
    assert.deepEqual(computePhases(streamNames), [
      ['users', 'job_stages'],
      ['jobs', 'job_posts'],
      ['candidates'],
      ['applications'],
      ['scheduled_interviews'],
    ])
  })

  test('hold each stream that is asked for once, whatever its neighbours, and no other', () => {
    fc.assert(
      fc.property(someStreams, (names) => {
        assert.deepEqual(computePhases(names).flat().sort(), [...names].sort())
      }),
    )
  })

  test('put a stream after all that it depends on, also through streams that are not asked for', () => {
    fc.assert(
      fc.property(someStreams, (names) => {
        const phases = computePhases(names)
        const phaseOf = (name: StreamName) => phases.findIndex((phase) => phase.includes(name))
        for (const name of names)
          for (const ancestor of ancestorsOf(name))
            if (names.includes(ancestor))
              assert.ok(phaseOf(ancestor) < phaseOf(name), `${ancestor} < ${name}`)
      }),
    )
  })

  test('are none for no streams', () => {
    assert.deepEqual(computePhases([]), [])
  })

  test('cannot be computed for streams that depend on each other in a circle', () => {
    const users = streams.users as { -readonly [K in keyof Stream]: Stream[K] }
    users.dependsOn = ['job_stages']
    const stages = streams.job_stages as { -readonly [K in keyof Stream]: Stream[K] }
    stages.dependsOn = ['users']
    try {
      assert.throws(() => computePhases(['users', 'job_stages']), /in a circle: users, job_stages/)
    } finally {
      users.dependsOn = []
      stages.dependsOn = []
    }
  })
})

describe('the streams of models', () => {
  const expected: Record<MainTable, StreamName[]> = {
    users: ['users'],
    // The ranks of a job's stages need the job, and a job what it shows of its postings.
    application_stages: ['users', 'job_stages', 'jobs', 'job_posts'],
    jobs: ['users', 'job_stages', 'jobs', 'job_posts'],
    job_postings: ['users', 'job_stages', 'jobs', 'job_posts'],
    candidates: ['users', 'job_stages', 'jobs', 'job_posts', 'candidates', 'applications'],
    applications: ['users', 'job_stages', 'jobs', 'job_posts', 'candidates', 'applications'],
    interviews: [...streamNames],
  }
  for (const model of mainTables) {
    test(`of ${model} come with all that its columns derive from`, () => {
      assert.deepEqual(streamsOf([model]), expected[model])
    })
  }

  test('of several models are the union of those of each', () => {
    fc.assert(
      fc.property(someModels, (models) => {
        const union = new Set(models.flatMap((model) => streamsOf([model])))
        assert.deepEqual(
          streamsOf(models),
          streamNames.filter((name) => union.has(name)),
        )
      }),
    )
  })

  test('are one for each main table, and each table has one', () => {
    assert.equal(new Set(mainTables).size, 7)
    assert.deepEqual(streamsOf(mainTables), streamNames)
  })
})

describe('a declared stream', () => {
  for (const name of streamNames) {
    test(`${name} has a path with the trailing slash that Gem documents, and depends on no later one`, () => {
      assert.match(streams[name].path, /^\/ats\/v0\/[a-z_]+\/$/)
      for (const parent of streams[name].dependsOn)
        assert.ok(streamNames.indexOf(parent) < streamNames.indexOf(name))
    })
  }

  test('asks for deleted records wherever Gem documents the parameter: everywhere but at postings', () => {
    assert.deepEqual(
      streamNames.filter((name) => !streams[name].includeDeleted),
      ['job_posts'],
    )
  })
})
