import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { GemObject, SimulatedGem } from '../../../src/embedded/simulated-gem/index.ts'
import { ask, findObject, readJson, startGem } from './support.ts'

async function control(gem: Pick<SimulatedGem, 'url'>, name: string, body: unknown) {
  const response = await fetch(`${gem.url}/_control/${name}`, { method: 'POST', body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as GemObject }
}

describe('control of the simulated Gem', () => {
  test('changes, faults, switches and elements come from outside', async (context) => {
    const gem = await startGem(context, { control: true })
    const { id } = findObject(gem, 'applications')
    await control(gem, 'change', { do: 'hire', args: [id] })
    assert.equal(gem.world.get('applications', id)?.status, 'hired')
    assert.equal(((await control(gem, 'change', { random: 3, seed: 2 })).body as unknown as []).length, 3)
    await control(gem, 'fault', { kind: '503', stream: 'jobs' })
    assert.equal((await ask(gem, '/ats/v0/jobs/')).status, 503)
    await control(gem, 'switch', { totals: false, latencyMs: 1, rate: null })
    assert.equal((await ask(gem, '/ats/v0/jobs/')).headers.get('x-pagination'), null)
    await control(gem, 'put', { stream: 'jobs', replaceAll: [1, 2] })
    await control(gem, 'put', { stream: 'jobs', element: { id: 'x' } })
    assert.deepEqual(await readJson(gem, '/ats/v0/jobs/'), [1, 2, { id: 'x' }])
    assert.deepEqual(await readJson(gem, '/_control/objects?stream=jobs'), [1, 2, { id: 'x' }])
    assert.equal((await readJson<GemObject>(gem, '/_control/requests')).total, gem.requests.total)
    await control(gem, 'reset-requests', {})
    assert.equal(gem.requests.total, 0)
  })

  test('what it does not know it refuses', async (context) => {
    const gem = await startGem(context, { control: true })
    assert.equal((await control(gem, 'nothing', {})).status, 404)
    assert.equal((await control(gem, 'change', { do: 'constructor' })).status, 400)
    assert.equal((await control(gem, 'change', { do: 'hire', args: ['nobody'] })).status, 400)
    assert.equal((await control(gem, 'put', { stream: 'offers' })).status, 400)
  })

  test('the program prints its address and serves until it is interrupted', async () => {
    const main = fileURLToPath(new URL('../../../src/embedded/simulated-gem/main.ts', import.meta.url))
    const child = spawn(process.execPath, [main, '--port', '0', '--candidates', '60'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const gem = JSON.parse(line) as { url: string; apiKey: string }
    const response = await fetch(`${gem.url}/ats/v0/candidates/`, { headers: { 'x-api-key': gem.apiKey } })
    assert.equal(((await response.json()) as []).length, 59)
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
})
