import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { databaseOfFile } from '../support/database-of-file.ts'
import { type Mirror, openMirror } from '../support/mirror.ts'
import { exactNumber } from '../support/oracle/exact-json.ts'
import { type Fields, job, stage } from '../support/records.ts'

const { db } = await databaseOfFile()

/** A new account for each test. */
let mirror: Mirror
beforeEach(async () => {
  mirror = await openMirror(db)
})

describe("the order of a job's stages", () => {
  const order = () =>
    mirror.ask<{ stage: string; index: number; gone: boolean }>(
      `select s.remote_id as stage, o.index, o.remote_deleted_at is not null as gone
      from ats.job_application_stages o join ats.application_stages s on s.id = o.stage_id
      where o.account = $account order by o.remote_deleted_at is not null, o.index, s.remote_id`,
    )
  const shown = async () =>
    (await order()).map(({ stage: id, index, gone }) => `${index} ${id}${gone ? ' gone' : ''}`)
  const at = (priority: unknown, id: string, fields: Fields = {}) => stage(id, 'j', { priority, ...fields })

  for (const first of ['jobs', 'job_stages'] as const) {
    test(`is there once both are, ${first} first`, async () => {
      const commits = {
        jobs: () => mirror.commit('jobs', job('j')),
        job_stages: () => mirror.commit('job_stages', at(20, 'b'), at(10, 'a'), at(null, 'z')),
      }
      await commits[first]()
      assert.deepEqual(await shown(), [])
      await commits[first === 'jobs' ? 'job_stages' : 'jobs']()
      assert.deepEqual(await shown(), ['0 a', '1 b', '2 z'])
    })
  }

  test('closes up behind a stage that becomes inactive, which keeps its index under a mark, and takes it back', async () => {
    await mirror.commit('jobs', job('j'))
    await mirror.commit('job_stages', at(1, 'a'), at(2, 'b'), at(3, 'c'))
    await mirror.commit('job_stages', at(1, 'a', { active: false }))
    assert.deepEqual(await shown(), ['0 b', '1 c', '0 a gone'])
    await mirror.commit('job_stages', at(2, 'b', { deleted_at: '2026-01-01' }))
    assert.deepEqual(await shown(), ['0 c', '0 a gone', '0 b gone'])
    await mirror.commit('job_stages', at(1, 'a'), at(2, 'b'))
    assert.deepEqual(await shown(), ['0 a', '1 b', '2 c'])
  })

  test('has no row for a stage that was never active', async () => {
    await mirror.commit('jobs', job('j'))
    await mirror.commit('job_stages', at(1, 'a', { active: false }), at(2, 'b'))
    assert.deepEqual(await shown(), ['0 b'])
  })

  test('follows when two stages swap their priorities, and no other pair changes', async () => {
    await mirror.commit('jobs', job('j'))
    await mirror.commit('job_stages', at(1, 'a'), at(2, 'b'), at(3, 'c'))
    const first = await mirror.versions()
    await mirror.commit('job_stages', at(2, 'a'), at(1, 'b'))
    assert.deepEqual(await shown(), ['0 b', '1 a', '2 c'])
    const written = [...(await mirror.versions())].filter(([row, version]) => first.get(row) !== version)
    assert.equal(written.filter(([row]) => row.startsWith('job_application_stages ')).length, 2)
  })

  test('is by the number that was sent, also where no column holds it', async () => {
    await mirror.commit('jobs', job('j'))
    const number = (digits: string) => exactNumber(digits)
    await mirror.commit(
      'job_stages',
      ...[at(2_147_483_648, 'beyond'), at(2, 'two'), at(1.5, 'half'), at(1, 'one'), at(-1e300, 'least')],
      ...[at(number('1.50000000000000000000002'), 'hair'), at(number('1.50000000000000000000001'), 'less')],
      ...[at(number('1e400'), 'most'), at(null, 'none')],
    )
    const ids = ['least', 'one', 'half', 'less', 'hair', 'two', 'beyond', 'most', 'none']
    assert.deepEqual(
      await shown(),
      ids.map((id, index) => `${index} ${id}`),
    )
    const { kept } = await mirror.one<{ kept: string[] }>(
      `select array_agg(remote_id order by global_index) as kept from ats.application_stages
      where account = $account and global_index is not null`,
    )
    assert.deepEqual(kept, ['one', 'two'])
  })

  test('follows a priority that changes from one that no column holds to another', async () => {
    await mirror.commit('jobs', job('j'))
    await mirror.commit('job_stages', at(1.5, 'a'), at(2.5, 'b'))
    await mirror.commit('job_stages', at(3.5, 'a'))
    assert.deepEqual(await shown(), ['0 b', '1 a'])
  })

  test('keeps a stage of the applications that stand in it, whatever its priority', async () => {
    await mirror.commit('job_stages', at(1.5, 'a'))
    await mirror.commit('applications', { id: 'x', status: 'active', current_stage: { id: 'a' } })
    assert.equal(await mirror.parentOf('applications', 'x', 'current_stage_id', 'application_stages'), 'a')
  })

  test('follows a stage that moves to another job and back', async () => {
    await mirror.commit('jobs', job('j'), job('k'))
    await mirror.commit('job_stages', at(1, 'a'), at(2, 'b'))
    await mirror.commit('job_stages', stage('a', 'k'))
    assert.deepEqual(await shown(), ['0 a', '0 b', '0 a gone'])
    await mirror.commit('job_stages', at(1, 'a'))
    const alive = (await order()).filter(({ gone }) => !gone)
    assert.deepEqual(
      alive.map(({ stage: id, index }) => `${index} ${id}`),
      ['0 a', '1 b'],
    )
  })

  test('is not touched by the deletion of the job', async () => {
    await mirror.commit('jobs', job('j'))
    await mirror.commit('job_stages', at(1, 'a'))
    await mirror.commit('jobs', job('j', { deleted_at: '2026-01-01' }))
    assert.deepEqual(await shown(), ['0 a'])
  })
})
