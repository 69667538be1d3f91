import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { lookById } from '../../src/activities/second-look.ts'
import type { Row } from '../../src/database/absences.ts'
import { type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { createGemClient, type GemClient } from '../../src/gem/client.ts'

describe('a look by reading items', () => {
  let gem: SimulatedGem
  let client: GemClient
  let rows: Row[]

  before(async () => {
    gem = await startSimulatedGem({ candidates: 60, seed: 5, rate: null })
    client = createGemClient({ baseUrl: gem.url, apiKey: gem.apiKey, allowInsecureBaseUrl: true })
    rows = [...gem.world.ids('scheduled_interviews')].map((remoteId) => ({ id: remoteId, remoteId }))
    for (const { remoteId } of rows.slice(1, 6)) gem.world.vanish('scheduled_interviews', remoteId)
  })
  after(async () => {
    await client.close()
    await gem.close()
  })

  async function look(calls: number) {
    let left = calls
    const slice = { stream: 'scheduled_interviews', mayCall: () => left-- > 0 }
    const context = { gem: client, signal: new AbortController().signal }
    const [control, ...others] = rows
    assert.ok(control)
    return await lookById(
      context as Parameters<typeof lookById>[0],
      slice as Parameters<typeof lookById>[1],
      others.slice(0, 5),
      control,
    )
  }

  test('keeps what it has found when the slice has no room left, so that a slow Gem lets it end', async () => {
    const verdict = await look(3)
    assert.deepEqual(verdict, { kind: 'proven', gone: rows.slice(1, 3), found: [], needsSanitising: false })
  })

  test('gets at least one row further in each slice', async () => {
    const verdict = await look(1)
    assert.deepEqual(verdict, { kind: 'proven', gone: rows.slice(1, 2), found: [], needsSanitising: false })
  })

  test('makes no call without room for one', async () => {
    const calls = gem.requests.total
    assert.deepEqual(await look(0), { kind: 'out of budget' })
    assert.equal(gem.requests.total, calls)
  })
})

describe('a look by candidate_ids', () => {
  for (const totals of [true, false]) {
    test(`takes nobody for gone who is on a second page, ${totals ? 'with' : 'without'} totals`, async (context) => {
      const gem = await startSimulatedGem({ candidates: 20, rate: null, switches: { totals } })
      const client = createGemClient({ baseUrl: gem.url, apiKey: gem.apiKey, allowInsecureBaseUrl: true })
      context.after(async () => {
        await client.close()
        await gem.close()
      })
      const [control, ...absent] = [...gem.world.ids('candidates')]
        .slice(0, 6)
        .map((remoteId) => ({ id: remoteId, remoteId }))
      assert.ok(control && absent[2])
      gem.world.vanish('candidates', absent[2].remoteId)
      gem.faults.add({ kind: 'ignored-per-page', rows: 3, times: 'always' })
      const verdict = await lookById(
        { gem: client, signal: context.signal } as Parameters<typeof lookById>[0],
        { stream: 'candidates', mayCall: () => true } as Parameters<typeof lookById>[1],
        absent,
        control,
      )
      assert.ok(verdict.kind === 'proven')
      assert.deepEqual([verdict.gone, verdict.found.length], [[absent[2]], 4])
    })
  }
})
