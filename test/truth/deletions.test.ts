import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GemObject, StreamName } from '../../src/embedded/simulated-gem/index.ts'
import type { MirrorOptions } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'
import { isWithin, markedIds, rowOf, unmarked } from './rows.ts'

const mirrors = await mirrorsOfFile()

describe('a deletion', () => {
  const synced = (options: MirrorOptions = {}) => mirrors.synced({ candidates: 80, ...options })

  test('that Gem marks is taken over with its time by a delta, and taken back by the next', async () => {
    const mirror = await synced()
    const { world } = mirror.gem
    const id = unmarked(world, 'candidates')[3]!
    const before = await rowOf(mirror, 'candidates', id)
    world.delete('candidates', id)
    await mirror.sync({ mode: 'delta' })
    const marked = await rowOf(mirror, 'candidates', id)
    assert.deepEqual(marked.remote_deleted_at, mirror.clock.now)
    assert.ok(marked.changed_at > before.changed_at)
    mirror.clock.forward(60)
    world.undelete('candidates', id)
    await mirror.sync({ mode: 'delta' })
    const back = await rowOf(mirror, 'candidates', id)
    assert.equal(back.remote_deleted_at, null)
    assert.ok(back.changed_at > marked.changed_at)
  })

  test('whose time cannot be read counts from when it was noticed, and that time stays', async () => {
    const mirror = await synced()
    const id = unmarked(mirror.gem.world, 'jobs')[0]!
    mirror.gem.world.update('jobs', id, { deleted_at: 'the day before yesterday' })
    const run = await mirror.sync({ mode: 'delta' })
    const marked = await rowOf(mirror, 'jobs', id)
    assert.ok(isWithin(marked.remote_deleted_at, run))
    await mirror.sync()
    assert.deepEqual(await rowOf(mirror, 'jobs', id), marked)
  })

  test('of a user makes him inactive and leaves his pairs alone', async () => {
    const mirror = await synced()
    const { world } = mirror.gem
    const [job] = [...world.objects('jobs')] as GemObject[]
    const [ours, vanishing] = unmarked(world, 'users').slice(5)
    world.editHiringTeam(String(job!.id), (team) =>
      Object.assign(team, { sourcers: [{ id: ours }, { id: vanishing }] }),
    )
    await mirror.sync({ mode: 'delta' })
    const { status: statusBefore } = await rowOf(mirror, 'users', vanishing!)
    world.delete('users', ours!)
    world.vanish('users', vanishing!)
    const run = await mirror.sync()
    const marked = await rowOf(mirror, 'users', ours!)
    assert.deepEqual([marked.status, marked.remote_deleted_at], ['INACTIVE', mirror.clock.now])
    const gone = await rowOf(mirror, 'users', vanishing!)
    assert.deepEqual([gone.status, isWithin(gone.remote_deleted_at, run)], ['INACTIVE', true])
    const { rows } = await mirror.pool.query(
      'select remote_deleted_at from ats.job_hiring_team_members where user_id = any($1)',
      [[marked.id, gone.id]],
    )
    assert.deepEqual(
      rows.map((row) => row.remote_deleted_at),
      rows.map(() => null),
    )
    assert.ok(rows.length >= 2)
    world.reappear('users', vanishing!)
    await mirror.sync({ mode: 'delta' })
    const back = await rowOf(mirror, 'users', vanishing!)
    assert.deepEqual([back.status, back.remote_deleted_at], [statusBefore, null])
  })

  const looks: readonly {
    name: string
    stream: Extract<StreamName, 'candidates' | 'applications'> | 'scheduled_interviews'
    table: 'candidates' | 'applications' | 'interviews'
    switches?: object
    asks: 'candidate_ids' | 'item' | 'list twice'
  }[] = [
    {
      name: 'a candidate, by candidate_ids',
      stream: 'candidates',
      table: 'candidates',
      asks: 'candidate_ids',
    },
    { name: 'an application, by its item', stream: 'applications', table: 'applications', asks: 'item' },
    { name: 'an interview, by its item', stream: 'scheduled_interviews', table: 'interviews', asks: 'item' },
    {
      ...{
        name: 'a candidate, by its item where candidate_ids is ignored',
        stream: 'candidates',
        table: 'candidates',
      },
      ...{ switches: { ignoredFilters: ['candidate_ids'] }, asks: 'item' },
    },
    {
      ...{ name: 'an application, by a second reading where items cannot be read', stream: 'applications' },
      ...{ table: 'applications', switches: { itemReads: false }, asks: 'list twice' },
    },
    {
      ...{ name: 'an interview, by a second reading without totals', stream: 'scheduled_interviews' },
      ...{ table: 'interviews', switches: { itemReads: false, totals: false }, asks: 'list twice' },
    },
  ]
  for (const { name, stream, table, switches = {}, asks } of looks) {
    test(`without a mark is proven by a second look: ${name}`, async () => {
      const mirror = await synced({ switches })
      const { world, requests } = mirror.gem
      const id = unmarked(world, stream)[4]!
      const before = await rowOf(mirror, table, id)
      const markedBefore = await markedIds(mirror, table)
      world.vanish(stream, id)
      await mirror.sync({ mode: 'delta' })
      assert.deepEqual(await rowOf(mirror, table, id), before)
      requests.reset()
      const run = await mirror.sync()
      assert.equal(run.state, 'SUCCEEDED')
      const { remote_deleted_at, changed_at, ...columns } = await rowOf(mirror, table, id)
      assert.ok(isWithin(remote_deleted_at, run) && isWithin(changed_at, run))
      const { remote_deleted_at: _, changed_at: __, ...columnsBefore } = before
      assert.deepEqual(columns, columnsBefore)
      assert.deepEqual(await markedIds(mirror, table), [...markedBefore, id].sort())

      const asked = requests.entries().filter((entry) => entry.stream === stream)
      const byIds = asked.filter((entry) => entry.query.candidate_ids !== undefined)
      const wholes = asked.filter((entry) => entry.page === 1 && Object.keys(entry.query).length === 3)
      const items = asked.filter((entry) => entry.path.endsWith(id))
      if (asks === 'candidate_ids') assert.deepEqual([byIds.length, items.length], [1, 0])
      if (asks === 'item') assert.deepEqual([wholes.length, items.length], [1, 1])
      if (asks === 'list twice') assert.equal(wholes.length, 2)
    })
  }

  test('is not concluded where no look can be made and the list does not rest', async () => {
    const switches = { itemReads: false, totals: false, order: 'unstable' } as const
    const mirror = await synced({ switches, settings: { maxPerPage: 7 } })
    const before = await markedIds(mirror, 'users')
    mirror.gem.world.vanish('users', unmarked(mirror.gem.world, 'users')[2]!)
    assert.equal((await mirror.sync()).state, 'SUCCEEDED')
    assert.deepEqual(await markedIds(mirror, 'users'), before)
  })

  test('is not concluded in a pass that showed a record without an id', async () => {
    const mirror = await synced()
    const { world, faults } = mirror.gem
    const id = unmarked(world, 'applications')[2]!
    world.vanish('applications', id)
    faults.add({ kind: 'malformed-record', stream: 'applications' })
    await mirror.sync()
    assert.equal((await rowOf(mirror, 'applications', id)).remote_deleted_at, null)
    await mirror.sync()
    assert.notEqual((await rowOf(mirror, 'applications', id)).remote_deleted_at, null)
  })

  for (const mergedCandidates of ['deleted', 'vanish'] as const) {
    test(`follows a merge whose loser is ${mergedCandidates}: the application moves to the winner`, async () => {
      const mirror = await synced({ switches: { mergedCandidates } })
      const { world } = mirror.gem
      const applications = [...world.objects('applications')] as GemObject[]
      const { id, candidate_id: loser } = applications.find((found) => found.deleted_at == null)!
      const winner = unmarked(world, 'candidates').find((candidate) => candidate !== loser)!
      world.mergeCandidates(String(loser), winner)
      await mirror.sync()
      const winnerRow = await rowOf(mirror, 'candidates', winner)
      const application = await rowOf(mirror, 'applications', String(id))
      assert.deepEqual([application.candidate_id, application.remote_deleted_at], [winnerRow.id, null])
      assert.notEqual((await rowOf(mirror, 'candidates', String(loser))).remote_deleted_at, null)
    })
  }

  test('of a stage closes up the ranks behind it', async () => {
    const mirror = await synced()
    const { world } = mirror.gem
    const stages = [...world.objects('job_stages')] as GemObject[]
    const job = await rowOf(mirror, 'jobs', String(stages[0]!.job_id))
    const pairs = async () => {
      const { rows } = await mirror.pool.query(
        'select stage_id, index, remote_deleted_at from ats.job_application_stages where job_id = $1 order by index',
        [job.id],
      )
      return rows
    }
    const before = (await pairs()).filter((pair) => pair.remote_deleted_at === null)
    const { rows } = await mirror.pool.query('select remote_id from ats.application_stages where id = $1', [
      before[1].stage_id,
    ])
    world.vanish('job_stages', rows[0].remote_id)
    await mirror.sync()
    const alive = (await pairs()).filter((pair) => pair.remote_deleted_at === null)
    const left = before.filter((_, index) => index !== 1)
    assert.deepEqual(
      alive,
      left.map((pair, index) => ({ ...pair, index })),
    )
    const gone = (await pairs()).find((pair) => pair.stage_id === before[1].stage_id)
    assert.deepEqual([gone.index, gone.remote_deleted_at !== null], [1, true])
  })

  test('cancels an interview if Gem marks it, and not if it is only gone', async () => {
    const mirror = await synced()
    const { world } = mirror.gem
    const [marked, gone] = unmarked(world, 'scheduled_interviews') as [string, string]
    world.delete('scheduled_interviews', marked)
    world.vanish('scheduled_interviews', gone)
    await mirror.sync()
    const rows = [await rowOf(mirror, 'interviews', marked), await rowOf(mirror, 'interviews', gone)]
    assert.deepEqual(
      rows.map((row) => row.canceled),
      [true, false],
    )
    assert.ok(rows.every((row) => row.remote_deleted_at !== null))
  })
})
