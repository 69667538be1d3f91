import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type CrashOptions, crash } from '../support/crash/index.ts'

// `npm run test:crash` makes a hundred of them.
const timeout = 10 * 60_000

test('ten crashes of every kind lose nothing and double nothing, seed 17', { timeout }, async (t) => {
  await losesNothing(t, { seed: 17, kills: 10, accounts: 'many' })
})

test('three crashes amid pages that are written ahead lose nothing and double nothing, seed 45', {
  timeout,
}, async (t) => {
  await losesNothing(t, { seed: 45, kills: 3, accounts: 'one' })
})

async function losesNothing(
  t: TestContext,
  { kills, ...options }: Pick<CrashOptions, 'seed' | 'kills' | 'accounts'>,
): Promise<void> {
  const say = (line: string) => t.diagnostic(line)
  const { passed, problems, summary } = await crash({ ...options, kills, on: 'dev', say })
  t.diagnostic(summary)
  assert.deepEqual(problems, [])
  assert.equal(passed, kills)
}
