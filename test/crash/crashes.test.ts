import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crash } from '../support/crash/index.ts'

const seed = 17

// `npm run test:crash` makes a hundred of them.
test(`ten crashes of every kind lose nothing and double nothing, seed ${seed}`, {
  timeout: 10 * 60_000,
}, async (t) => {
  const say = (line: string) => t.diagnostic(line)
  const { passed, problems, summary } = await crash({ seed, kills: 10, on: 'dev', say })
  t.diagnostic(summary)
  assert.deepEqual(problems, [])
  assert.equal(passed, 10)
})
