import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { NOBODY } from '../cli/run-cli.ts'
import { runAtTerminal, runInPipe } from '../support/terminal.ts'
import { ENCRYPTION_KEY } from './worker-under-test.ts'

const command = [process.execPath, fileURLToPath(new URL('../../src/worker.ts', import.meta.url))]

/** Its database is away: it says so again and again, and that is all it does. */
const variables = {
  ...{ PATH: process.env.PATH ?? '', HOME: '/nonexistent', GEM_ATS_SYNC_DATA_DIR: '/nonexistent/data' },
  ...{ GEM_ATS_SYNC_ENCRYPTION_KEY: ENCRYPTION_KEY, TEMPORAL_ADDRESS: NOBODY },
  DATABASE_URL: `postgres://me:hush-hush@${NOBODY}/ats`,
}

/** What the worker writes until it says for the second time that it waits; colours left out. */
async function written(run: typeof atTerminal, env: Readonly<Record<string, string>> = {}): Promise<string> {
  await using worker = run({ ...variables, ...env })
  return stripVTControlCharacters(await worker.writes(/[\s\S]*?not ready[\s\S]*?not ready/))
}

const atTerminal = (env: Readonly<Record<string, string>>) => runAtTerminal(command.join(' '), env)
const inPipe = (env: Readonly<Record<string, string>>) => runInPipe(command, env)

const forPeople =
  /^\[\d\d:\d\d:\d\d\] WARN: PostgreSQL is not ready; trying again in 0\.5 s\r?\n +why: ".+"\r?\n/

describe('the log of a worker', () => {
  test('is for people at a terminal: time, level and text, and what belongs to them below', async () => {
    const text = await written(atTerminal)
    assert.match(text, forPeople)
    assert.equal(text.includes('hush-hush'), false)
  })

  test('is JSON elsewhere, and at a terminal where that is asked for', async () => {
    for (const text of [
      await written(inPipe),
      await written(atTerminal, { GEM_ATS_SYNC_LOG_PRETTY: 'false' }),
    ]) {
      const { level, msg, why } = JSON.parse(text.split('\n', 1)[0] ?? '')
      assert.deepEqual({ level, msg }, { level: 40, msg: 'PostgreSQL is not ready; trying again in 0.5 s' })
      assert.equal(typeof why, 'string')
    }
  })

  test('is for people elsewhere where that is asked for', async () => {
    assert.match(await written(inPipe, { GEM_ATS_SYNC_LOG_PRETTY: 'true' }), forPeople)
  })
})
