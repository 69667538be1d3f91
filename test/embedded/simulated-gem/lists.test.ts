import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { streamNames } from '../../../src/embedded/simulated-gem/index.ts'
import { ask, idsOf, readAll, readJson, startGem } from './support.ts'

const stable = { switches: { attachmentUrls: 'stable' } } as const

describe('lists of the simulated Gem', () => {
  for (const stream of streamNames) {
    test(`the pages of ${stream} together are what the account holds`, async (context) => {
      const gem = await startGem(context, stable)
      const expected = [...gem.world.objects(stream)]
      assert.equal(expected.length, gem.world.count(stream))
      assert.ok(expected.length > 0)
      assert.deepEqual(await readAll(gem, stream, '&include_deleted=true', 7), expected)
    })

    test(`every id of ${stream} is unique and finds its object`, async (context) => {
      const gem = await startGem(context, { ...stable, candidates: 2000 })
      const ids = [...gem.world.ids(stream)]
      assert.equal(new Set(ids).size, ids.length)
      for (const id of ids) assert.equal(gem.world.get(stream, id)?.id, id)
      const first = await readJson(gem, `/ats/v0/${stream}/${encodeURIComponent(ids[0]!)}`)
      assert.deepEqual(first, gem.world.get(stream, ids[0]!))
    })
  }

  test('deleted objects are listed only on demand, and deleted posts always', async (context) => {
    const gem = await startGem(context)
    for (const stream of streamNames) {
      const alive = await readAll(gem, stream)
      const all = await readAll(gem, stream, '&include_deleted=true')
      assert.ok(all.some((object) => object.deleted_at))
      const expected = stream === 'job_posts' ? all : all.filter((object) => !object.deleted_at)
      assert.deepEqual(idsOf(alive), idsOf(expected))
    }
  })

  test('collections answer with and without a slash at the end', async (context) => {
    const gem = await startGem(context)
    assert.deepEqual(await readJson(gem, '/ats/v0/jobs'), await readJson(gem, '/ats/v0/jobs/'))
    assert.equal((await readJson(gem, '/ats/v0/offices/?include_deleted=true')).length, 12)
  })

  test('a page after the end is empty', async (context) => {
    const gem = await startGem(context)
    assert.deepEqual(await readJson(gem, '/ats/v0/users/?page=99'), [])
  })

  test('X-Pagination tells the totals and can be switched off', async (context) => {
    const gem = await startGem(context)
    const path = '/ats/v0/candidates/?page=2&per_page=50&include_deleted=true'
    const header = (await ask(gem, path)).headers.get('x-pagination')
    const expected = {
      total: 120,
      total_pages: 3,
      first_page: 1,
      last_page: 3,
      page: 2,
      previous_page: 1,
      next_page: 3,
    }
    assert.deepEqual(JSON.parse(header!), expected)
    gem.setSwitches({ totals: false })
    assert.equal((await ask(gem, path)).headers.get('x-pagination'), null)
  })

  test('the stages of a job are the stages that name it', async (context) => {
    const gem = await startGem(context)
    const [job] = [...gem.world.ids('jobs')]
    const all = await readAll(gem, 'job_stages', '&include_deleted=true')
    const stages = await readJson(gem, `/ats/v0/jobs/${encodeURIComponent(job!)}/stages?include_deleted=true`)
    assert.deepEqual(
      stages,
      all.filter((stage) => stage.job_id === job),
    )
  })

  test('candidates carry their applications, deleted ones only on demand', async (context) => {
    const gem = await startGem(context, { candidates: 300 })
    const embedded = (await readAll(gem, 'candidates')).flatMap((candidate) => candidate.applications as [])
    assert.ok(embedded.every((application: { deleted_at?: string }) => !application.deleted_at))
    const applications = await readAll(gem, 'applications', '&include_deleted=true')
    const all = (await readAll(gem, 'candidates', '&include_deleted=true')).flatMap(
      (candidate) => candidate.applications as [],
    )
    assert.deepEqual(idsOf(all).sort(), idsOf(applications).sort())
    gem.setSwitches({ embeddedApplications: false })
    assert.ok((await readAll(gem, 'candidates')).every((candidate) => !('applications' in candidate)))
  })

  test('attachments are signed anew on each read', async (context) => {
    const gem = await startGem(context)
    const read = async () => JSON.stringify(await readAll(gem, 'candidates'))
    assert.notEqual(await read(), await read())
    gem.setSwitches({ attachmentUrls: 'stable' })
    assert.equal(await read(), await read())
  })

  test('the order can be switched', async (context) => {
    const gem = await startGem(context)
    const ascending = idsOf(await readAll(gem, 'applications'))
    gem.setSwitches({ order: 'created-desc' })
    assert.deepEqual(idsOf(await readAll(gem, 'applications')), ascending.toReversed())
    gem.setSwitches({ order: 'updated-desc' })
    const times = (await readAll(gem, 'users')).map((user) => String(user.updated_at ?? ''))
    assert.deepEqual(times, times.toSorted().toReversed())
    gem.setSwitches({ order: 'unstable' })
    const first = await readJson(gem, '/ats/v0/users/')
    assert.notDeepEqual(await readJson(gem, '/ats/v0/users/'), first)
  })
})
