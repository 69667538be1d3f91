/** Each line of the log that the README names has been written, at the level that it says. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { openStage, type Stage } from '../troubleshooting/stage.ts'
import { firstTable } from './markdown-tables.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const table = firstTable(readme.slice(readme.indexOf('| Level | Means |')))
const levels: Readonly<Record<string, number>> = { '`error`': 50, '`warn`': 40, '`info`': 30, '`debug`': 20 }

describe("the README's table of the log", () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ GEM_ATS_SYNC_LOG_LEVEL: 'debug' })
    const { gem, handle, resync, until } = await stage.account()
    gem.world.put('users', { id: 'odd', first_name: 5 })
    gem.faults.add({ kind: 'throttle', retryAfter: 1, stream: 'jobs' })
    gem.faults.add({ kind: '422', stream: 'job_posts' })
    for (const id of [...gem.world.ids('candidates')].slice(0, 40)) gem.world.vanish('candidates', id)
    await resync()
    await stage.pool.query('revoke insert on sync.runs from gem_ats_sync_worker')
    await handle.signal('resync', { mode: 'delta' })
    await stage.worker.line('an activity failed and is tried again')
    await stage.pool.query('grant insert on sync.runs to gem_ats_sync_worker')
    await handle.signal('pause')
    await until(({ state }) => state === 'PAUSED')
    await stage.worker.line('account has a new state')
  })
  after(() => stage[Symbol.asyncDispose]())

  test('names every level', () => {
    assert.deepEqual(
      table.map(([level]) => level),
      Object.keys(levels),
    )
  })

  for (const [level = '', , examples = ''] of table) {
    for (const [, text = ''] of examples.matchAll(/"([^"]+)"/g)) {
      test(`${level}: ${text}`, () => {
        const found = stage.worker.lines(text).filter(({ msg }) => msg === text)
        assert.ok(found.length > 0, 'no such line was written')
        assert.ok(
          found.some((line) => line.level === levels[level]),
          `it was written at ${found.map((line) => line.level)}`,
        )
      })
    }
  }
})
