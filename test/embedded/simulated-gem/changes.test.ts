import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type GemObject, streamNames } from '../../../src/embedded/simulated-gem/index.ts'
import { findObject, idsOf, readAll, readJson, startGem } from './support.ts'

const now = '2026-12-01T00:00:00.000Z'
const clock = { now: () => new Date(now) }
const all = '&include_deleted=true'
const changed = `${all}&updated_after=${now}`

describe('changes of the simulated account', () => {
  for (const stream of streamNames) {
    test(`${stream} can be created, changed, deleted, brought back, lost and found`, async (context) => {
      const gem = await startGem(context, clock)
      const { world } = gem
      const count = world.count(stream)
      const id = world.create(stream, { marker: 'new' })
      assert.equal(world.count(stream), count + 1)
      world.update(stream, id, { marker: 'changed' })
      const listed = async () => (await readAll(gem, stream, all)).find((object) => object.id === id)
      assert.equal((await listed())?.marker, 'changed')
      world.delete(stream, id)
      assert.equal((await listed())?.deleted_at, now)
      if (stream !== 'job_posts') assert.ok(!idsOf(await readAll(gem, stream)).includes(id))
      world.undelete(stream, id)
      assert.equal((await listed())?.deleted_at, undefined)
      world.vanish(stream, id)
      assert.equal(await listed(), undefined)
      assert.equal(world.get(stream, id), undefined)
      world.reappear(stream, id)
      assert.equal((await listed())?.marker, 'changed')
    })

    test(`a silent change of ${stream} moves no time`, async (context) => {
      const gem = await startGem(context, clock)
      const before = findObject(gem, stream)
      gem.world.update(stream, before.id, { marker: 1 }, { silent: true })
      assert.deepEqual(gem.world.get(stream, before.id), { ...before, marker: 1 })
      if (stream === 'applications') return
      gem.world.update(stream, before.id, { marker: 2 })
      assert.deepEqual(idsOf(await readAll(gem, stream, changed)), [before.id])
    })
  }

  test('stage and status move the last activity; source, custom fields and deletion do not', async (context) => {
    const gem = await startGem(context, clock)
    const { id, last_activity_at: before } = findObject(
      gem,
      'applications',
      ({ status }) => status === 'active',
    )
    const lastActivity = () => gem.world.get('applications', id)?.last_activity_at
    gem.world.update('applications', id, { source: null, custom_fields: { a: 1 } })
    gem.world.delete('applications', id)
    gem.world.undelete('applications', id)
    assert.equal(lastActivity(), before)
    gem.world.reject(id)
    assert.equal(lastActivity(), now)
    gem.setSwitches({ lastActivityMoves: 'nothing' })
    gem.world.update('applications', id, { last_activity_at: before })
    gem.world.unreject(id)
    assert.equal(lastActivity(), before)
  })

  test('an application is moved, rejected, hired and taken back', async (context) => {
    const gem = await startGem(context, clock)
    const { id, current_stage: stage } = findObject(
      gem,
      'applications',
      ({ status, jobs }) => status === 'active' && (jobs as unknown[]).length === 1,
    )
    const read = () => gem.world.get('applications', id)!
    gem.world.moveStage(id)
    assert.notDeepEqual(read().current_stage, stage)
    gem.world.reject(id)
    assert.deepEqual([read().status, read().rejected_at], ['rejected', now])
    assert.ok((read().rejection_reason as GemObject).name)
    gem.world.unreject(id)
    assert.deepEqual([read().status, read().rejected_at, read().rejection_reason], ['active', null, null])
    gem.world.hire(id)
    assert.equal(read().status, 'hired')
    gem.world.unhire(id)
    assert.equal(read().status, 'active')
  })

  test('merged candidates leave their applications to the winner', async (context) => {
    const gem = await startGem(context, clock)
    const withApplications = ({ application_ids: ids }: GemObject) => (ids as []).length > 0
    const loser = findObject(gem, 'candidates', withApplications)
    const winner = findObject(
      gem,
      'candidates',
      (object) => withApplications(object) && object.id !== loser.id,
    )
    gem.world.mergeCandidates(loser.id, winner.id)
    const read = (id: string) => gem.world.get('candidates', id)!
    assert.deepEqual(read(loser.id).applications, [])
    assert.equal(read(loser.id).deleted_at, now)
    const expected = new Set([
      ...(winner.application_ids as string[]),
      ...(loser.application_ids as string[]),
    ])
    assert.deepEqual(new Set(read(winner.id).application_ids as string[]), expected)
    for (const application of read(winner.id).applications as GemObject[])
      assert.equal(application.candidate_id, winner.id)
  })

  test('a new name shows wherever it is carried, and moves no time there', async (context) => {
    const gem = await startGem(context, clock)
    const job = findObject(gem, 'jobs', ({ hiring_team: team }) => team !== null)
    const [manager] = (job.hiring_team as { hiring_managers: GemObject[] }).hiring_managers
    gem.world.renameEverywhere('users', String(manager!.id), 'Robin Renamed')
    const after = gem.world.get('jobs', job.id)!
    const [renamed] = (after.hiring_team as { hiring_managers: GemObject[] }).hiring_managers
    assert.deepEqual([renamed!.name, renamed!.first_name], ['Robin Renamed', 'Robin'])
    assert.equal(after.updated_at, job.updated_at)
    gem.world.renameEverywhere('jobs', job.id, 'Another job')
    const ofJob = (object: GemObject) => (object.jobs as GemObject[]).find(({ id }) => id === job.id)
    assert.equal(
      ofJob(findObject(gem, 'applications', (object) => ofJob(object) !== undefined))?.name,
      'Another job',
    )
  })

  test('teams, posts, plans and interviews are edited', async (context) => {
    const gem = await startGem(context, clock)
    const { world } = gem
    const job = findObject(gem, 'jobs')
    world.editHiringTeam(job.id, (team) => Object.assign(team, { sourcers: [{ id: 'u', name: 'U' }] }))
    assert.deepEqual((world.get('jobs', job.id)!.hiring_team as GemObject).sourcers, [{ id: 'u', name: 'U' }])
    const post = findObject(gem, 'job_posts', ({ first_published_at: time }) => time === null)
    world.publishPost(post.id)
    assert.deepEqual(
      [world.get('job_posts', post.id)!.live, world.get('job_posts', post.id)!.first_published_at],
      [true, now],
    )
    world.unpublishPost(post.id)
    assert.equal(world.get('job_posts', post.id)!.live, false)
    const stage = findObject(gem, 'job_stages', ({ interviews }) => (interviews as []).length > 0)
    world.editStagePlan(stage.id)
    assert.notDeepEqual(world.get('job_stages', stage.id)!.interviews, stage.interviews)
    const interview = findObject(gem, 'scheduled_interviews', (object) => !object.deleted_at)
    world.cancelInterview(interview.id)
    assert.equal(world.get('scheduled_interviews', interview.id)!.deleted_at, now)
    gem.setSwitches({ cancelledInterviews: 'vanish' })
    world.cancelInterview(interview.id)
    assert.equal(world.get('scheduled_interviews', interview.id), undefined)
  })

  test('a transfer makes a new application and rejects the old one', async (context) => {
    const gem = await startGem(context, clock)
    const old = findObject(gem, 'applications', ({ jobs }) => (jobs as unknown[]).length === 1)
    const id = gem.world.transfer(old.id, findObject(gem, 'jobs').id)
    assert.equal(gem.world.get('applications', id)?.candidate_id, old.candidate_id)
    assert.equal(gem.world.get('applications', old.id)?.status, 'rejected')
    const candidate = await readJson<GemObject>(
      gem,
      `/ats/v0/candidates/${encodeURIComponent(String(old.candidate_id))}`,
    )
    assert.ok((candidate.application_ids as string[]).includes(id))
  })

  test('any JSON can stand in a list', async (context) => {
    const gem = await startGem(context)
    const odd: unknown[] = [7, null, 'text', [], { id: 8 }, { id: '\u0000 ?%#/ä\ud800', name: 1 }, {}]
    gem.world.replaceAll('jobs', odd)
    assert.deepEqual(await readJson(gem, '/ats/v0/jobs/'), odd)
    assert.deepEqual([...gem.world.objects('jobs')], odd)
    gem.world.put('jobs', { id: 'x', name: 1 })
    gem.world.put('jobs', { id: 'x', name: 2 })
    assert.deepEqual(await readJson(gem, '/ats/v0/jobs/'), [...odd, { id: 'x', name: 2 }])
    const { id } = findObject(gem, 'candidates')
    gem.world.put('candidates', { id })
    assert.deepEqual(await readJson(gem, `/ats/v0/candidates/${encodeURIComponent(id)}`), { id })
  })

  test('a handmade account is served exactly as given', async (context) => {
    const gem = await startGem(context)
    const made = streamNames.map((stream) => [{ id: `${stream}-2` }, { id: `${stream}-1`, created_at: now }])
    for (const [index, stream] of streamNames.entries()) gem.world.replaceAll(stream, made[index]!)
    for (const [index, stream] of streamNames.entries())
      assert.deepEqual(await readAll(gem, stream), made[index])
  })

  test('random changes leave lists and account in step', async (context) => {
    const gem = await startGem(context, { switches: { attachmentUrls: 'stable' } })
    let state = 5
    const rng = () => {
      state = (state * 16807) % 2147483647
      return state / 2147483647
    }
    const kinds = new Set(Array.from({ length: 500 }, () => gem.world.randomChange(rng).kind))
    assert.ok(kinds.size > 15)
    for (const stream of streamNames)
      assert.deepEqual(await readAll(gem, stream, all), [...gem.world.objects(stream)])
  })
})
