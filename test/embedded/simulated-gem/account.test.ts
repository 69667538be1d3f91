import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type GemObject, type SimulatedGem, streamNames } from '../../../src/embedded/simulated-gem/index.ts'
import { startGem } from './support.ts'

const contentOf = (gem: SimulatedGem) => streamNames.map((stream) => [...gem.world.objects(stream)])

describe('account of the simulated Gem', () => {
  test('the same seed makes the same account', async (context) => {
    const first = contentOf(await startGem(context, { seed: 7 }))
    assert.deepEqual(contentOf(await startGem(context, { seed: 7 })), first)
    assert.notDeepEqual(contentOf(await startGem(context, { seed: 8 })), first)
  })

  test('the same changes make the same account', async (context) => {
    const changed = async () => {
      const gem = await startGem(context, { now: () => new Date('2026-11-02T00:00:00Z') })
      let state = 1
      for (let count = 0; count < 300; count++)
        gem.world.randomChange(() => {
          state = (state * 16807) % 2147483647
          return state / 2147483647
        })
      return contentOf(gem)
    }
    assert.deepEqual(await changed(), await changed())
  })

  for (const candidates of [50, 400]) {
    test(`an account of ${candidates} candidates fills every model`, async (context) => {
      const gem = await startGem(context, { candidates })
      for (const stream of streamNames) assert.ok(gem.world.count(stream) > 0)
      const all = (stream: (typeof streamNames)[number]) => [...gem.world.objects(stream)] as GemObject[]
      assert.ok(all('jobs').some((job) => (job.hiring_team as GemObject)?.recruiters))
      assert.ok(all('scheduled_interviews').some(({ interviewers }) => (interviewers as []).length > 0))
      assert.ok(all('job_stages').some((stage) => stage.deleted_at === undefined && stage.active !== false))
    })

    test(`references in an account of ${candidates} candidates lead somewhere`, async (context) => {
      const gem = await startGem(context, { candidates })
      const { world } = gem
      for (const application of world.objects('applications') as Iterable<GemObject>) {
        assert.ok(world.get('candidates', String(application.candidate_id)))
        for (const job of application.jobs as GemObject[])
          assert.equal(world.get('jobs', String(job.id))?.name, job.name)
        if (application.job_post_id) assert.ok(world.get('job_posts', String(application.job_post_id)))
        const stage = application.current_stage as GemObject | null
        if (stage) assert.equal(world.get('job_stages', String(stage.id))?.name, stage.name)
      }
      for (const interview of world.objects('scheduled_interviews') as Iterable<GemObject>)
        assert.ok(world.get('applications', String(interview.application_id)))
    })
  }

  test('ids of every form are mixed in every list', async (context) => {
    const gem = await startGem(context, { candidates: 400 })
    for (const stream of streamNames) {
      const ids = [...gem.world.ids(stream)]
      assert.ok(ids.some((id) => /^\d+$/.test(id)))
      assert.ok(ids.some((id) => /^[0-9a-f-]{36}$/.test(id)))
      assert.ok(ids.some((id) => id.length !== 36 && /[a-z]/.test(id)))
    }
  })

  test('a large account starts without being made', async (context) => {
    const gem = await startGem(context, { candidates: 20_000 })
    assert.equal(gem.world.count('candidates'), 20_000)
    assert.ok(gem.world.count('applications') > 22_000)
    assert.ok(gem.world.count('scheduled_interviews') > 8_000)
  })
})
