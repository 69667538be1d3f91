import assert from 'node:assert/strict'
import { test } from 'node:test'
import manifest from '../../package.json' with { type: 'json' }
import { readConfig } from '../../src/config.ts'
import { textOf } from '../support/deploy-files.ts'
import { ENCRYPTION_KEY } from '../worker/worker-under-test.ts'

/** All values of a setting, in their order. */
function settingsOf(name: string): readonly string[] {
  const unit = textOf('deploy/systemd/gem-ats-sync-worker.service')
  return [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map((match) => String(match[1]))
}

test('the unit starts the worker as the npm script does, with the Node that npm ci brings along', () => {
  const [start = ''] = settingsOf('ExecStart')
  const [folder] = settingsOf('WorkingDirectory')
  const command = start.replace(`${folder}/node_modules/.bin/node`, 'node')
  const [, memory, npm] = /^(\w+=\d+) exec (.*)$/.exec(manifest.scripts.worker) ?? []
  assert.equal(command, npm?.replace('--require ./bin/check-node.cjs ', ''))
  assert.ok(settingsOf('Environment').includes(String(memory)))
})

test('the unit leaves the worker more time to stop than it takes for itself', () => {
  const { worker } = readConfig({
    DATABASE_URL: 'postgres://worker@db/ats',
    GEM_ATS_SYNC_ENCRYPTION_KEY: ENCRYPTION_KEY,
    GEM_ATS_SYNC_DATA_DIR: '/nonexistent',
  })
  assert.ok(Number(settingsOf('TimeoutStopSec')[0]) * 1_000 > worker.shutdownGraceMs + 10_000)
  assert.deepEqual(settingsOf('KillMode'), ['mixed'])
})

test('the unit does not restart what can never work as it is configured', () => {
  assert.deepEqual([settingsOf('Restart'), settingsOf('RestartPreventExitStatus')], [['on-failure'], ['2']])
})
