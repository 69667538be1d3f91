import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type CliRun, NOBODY, runCli } from './run-cli.ts'

/** Each command with a password as it may stand in a URL by mistake: unencoded, with a number where a port would be. */
const runs: readonly [readonly string[], string][] = [
  [['account', 'list'], '1709#Zx9QwJk8'],
  [['status'], '1709/Zx9QwJk8'],
  [['runs', 'acme'], '1709?Zx9QwJk8'],
  [['doctor'], '1709@Zx9QwJk8/Vb7Hn6'],
  [['doctor', '--json'], '1709%Zx9QwJk8'],
  [['migrate'], '1709 Zx9QwJk8'],
  [['status', 'acme', '--json'], '[1709:Zx9QwJk8'],
  [['account', 'show', 'acme'], '1709\\Zx9QwJk8'],
]

function assertNoPartOf(secret: string, { stdout, stderr }: CliRun): void {
  const said = `${stdout}${stderr}`
  for (let at = 0; at + 4 <= secret.length; at++)
    assert.equal(said.includes(secret.slice(at, at + 4)), false, said)
}

describe('a command shows no part of the password of a database', () => {
  for (const [args, secret] of runs)
    test(`${args.join(' ')}, with ${secret}`, async () => {
      const databaseUrl = `postgres://me:${secret}@${NOBODY}/ats`
      const run = await runCli(args, { databaseUrl, env: { DEBUG: 'gem-ats-sync' } })
      assert.equal(run.code, 1)
      assertNoPartOf(secret, run)
    })
})

test('a host that is not known is named as the wrong part, in one line', async () => {
  const { stderr } = await runCli(['account', 'list'], { databaseUrl: 'postgres://me:hush@db.invalid/ats' })
  assert.match(
    stderr,
    /^error: PostgreSQL at db\.invalid\/ats cannot be found \((ENOTFOUND|EAI_AGAIN)\); is the host [^\n]+\n$/,
  )
})
