import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GemObject } from '../../../src/embedded/simulated-gem/index.ts'
import { findObject, idsOf, readAll, readJson, startGem } from './support.ts'

const all = '&include_deleted=true'

describe('filters of the simulated Gem', () => {
  test('times select by inclusive after and exclusive before', async (context) => {
    const gem = await startGem(context)
    const objects = await readAll(gem, 'candidates', all)
    const times = objects.map((object) => String(object.updated_at ?? '')).sort()
    const [from, to] = [times[40]!, times[80]!]
    const between = objects.filter(
      ({ updated_at: time }) => time && String(time) >= from && String(time) < to,
    )
    const query = `${all}&updated_after=${from}&updated_before=${to}`
    assert.deepEqual(idsOf(await readAll(gem, 'candidates', query)), idsOf(between))
    gem.setSwitches({ boundary: 'exclusive' })
    const strictly = between.filter(({ updated_at: time }) => time !== from)
    assert.deepEqual(idsOf(await readAll(gem, 'candidates', query)), idsOf(strictly))
  })

  test('applications are selected by last activity and by the time applied', async (context) => {
    const gem = await startGem(context, { candidates: 500 })
    const objects = await readAll(gem, 'applications', all)
    const since = '2025-06-01T00:00:00.000Z'
    for (const [parameter, field] of [
      ['last_activity_after', 'last_activity_at'],
      ['created_after', 'applied_at'],
    ] as const) {
      const expected = objects.filter((object) => String(object[field] ?? '') >= since)
      assert.deepEqual(
        idsOf(await readAll(gem, 'applications', `${all}&${parameter}=${since}`)),
        idsOf(expected),
      )
    }
    gem.setSwitches({ applicationsCreated: 'creation' })
    const created = await readAll(gem, 'applications', `${all}&created_after=${since}`)
    assert.ok(created.some((object) => object.applied_at && String(object.applied_at) < since))
  })

  test('applications have no filter by update: it is ignored', async (context) => {
    const gem = await startGem(context)
    const filtered = await readAll(gem, 'applications', '&updated_after=2030-01-01T00:00:00Z')
    assert.deepEqual(filtered, await readAll(gem, 'applications'))
  })

  test('a filter can be ignored without a word', async (context) => {
    const gem = await startGem(context)
    const query = '&updated_after=2030-01-01T00:00:00Z'
    assert.equal((await readAll(gem, 'candidates', query)).length, 0)
    gem.setSwitches({ ignoredFilters: ['candidates.updated_after'] })
    assert.ok((await readAll(gem, 'candidates', query)).length > 100)
    assert.equal((await readAll(gem, 'users', query)).length, 0)
  })

  test('candidates are selected by ids, as a comma list or a repeated parameter', async (context) => {
    const gem = await startGem(context)
    const [first, second] = [...gem.world.ids('candidates')].map(encodeURIComponent)
    const query = (ids: string) => readJson(gem, `/ats/v0/candidates/?include_deleted=true&${ids}`)
    const expected = [first, second].map((id) => decodeURIComponent(id!))
    assert.deepEqual(idsOf(await query(`candidate_ids=${second},${first},nobody`)), expected)
    assert.deepEqual(idsOf(await query(`candidate_ids=${second}&candidate_ids=${first}`)), expected)
    assert.deepEqual(await query('candidate_ids=nobody'), [])
  })

  test('applications and candidates are selected by job, also after a change', async (context) => {
    const gem = await startGem(context)
    const application = findObject(gem, 'applications', ({ jobs }) => (jobs as []).length > 1)
    gem.world.update('applications', application.id, { credited_to: 'somebody' })
    const hasJob = (id: unknown) => (object: GemObject) =>
      (object.jobs as GemObject[]).some((job) => job.id === id)
    for (const job of application.jobs as GemObject[]) {
      const query = `${all}&job_id=${encodeURIComponent(String(job.id))}`
      const expected = (await readAll(gem, 'applications', all)).filter(hasJob(job.id))
      assert.deepEqual(idsOf(await readAll(gem, 'applications', query)), idsOf(expected))
      const candidates = new Set(expected.map((object) => object.candidate_id))
      assert.deepEqual(new Set(idsOf(await readAll(gem, 'candidates', query))), candidates)
    }
  })

  test('status, live, active, email and the times of interviews select', async (context) => {
    const gem = await startGem(context)
    const cases: [string, string, (object: GemObject) => boolean][] = [
      ['applications', 'status=hired', ({ status }) => status === 'hired'],
      ['applications', 'status=unheard-of', () => false],
      ['jobs', 'status=open', ({ status }) => status === 'open'],
      ['job_posts', 'live=true', ({ live }) => live === true],
      ['job_posts', 'active=false', ({ active }) => active === false],
      ['users', 'email=user.4@example.com', ({ emails }) => String(emails).includes('user.4@')],
      [
        ...(['scheduled_interviews', 'starts_after=2026-01-01T00:00:00Z'] as const),
        ({ start }) => String((start as GemObject).date_time ?? (start as GemObject).date) >= '2026-01-01',
      ],
    ]
    for (const [list, query, fits] of cases) {
      const expected = (await readAll(gem, list)).filter(fits)
      assert.deepEqual(idsOf(await readAll(gem, list, `&${query}`)), idsOf(expected), query)
    }
  })
})
