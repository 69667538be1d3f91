import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Product, startProduct } from '../support/product.ts'
import { situations } from '../support/situations.ts'
import { testStack } from '../support/stack.ts'
import { runAtTerminal, runInPipe } from '../support/terminal.ts'
import { untilStatus } from '../support/until-status.ts'
import { ENCRYPTION_KEY, NOBODY, runCli } from './run-cli.ts'

/** What a terminal obeys: ␛ stands for the escape character. */
const escaped = (pattern: string) => new RegExp(pattern.replaceAll('␛', '\x1b'))

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

describe('gem-ats-sync status', () => {
  let product: Product
  let databaseUrl: string
  let env: Record<string, string>
  /** Waits for its next sync; a candidate page into a sync; paused; never started. */
  const accounts = { waiting: '', limited: '', paused: '', idle: '' }
  before(async () => {
    product = await startProduct({ candidates: 60, seed: 7 })
    databaseUrl = String(product.pool.options.connectionString)
    const { temporalAddress, temporalNamespace } = testStack()
    env = { TEMPORAL_ADDRESS: temporalAddress, TEMPORAL_NAMESPACE: temporalNamespace }
    accounts.waiting = (await situations.WAITING(product)).account
    accounts.paused = (await situations.PAUSED(product)).account
    accounts.idle = await product.addAccount()
    accounts.limited = await product.addAccount(['paging.maxPerPage=20'])
    product.gem.faults.add({ kind: 'throttle', stream: 'candidates', page: 2, retryAfter: 3_600 })
    await untilStatus(await product.start(accounts.limited), ({ state }) => state === 'RATE_LIMITED')
  })
  after(() => product[Symbol.asyncDispose]())

  async function shown(args: readonly string[], more: Record<string, string> = env): Promise<string> {
    const { code, stdout, stderr } = await runCli(['status', ...args], { databaseUrl, env: more })
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    return stdout
  }

  test('warns beside the result of variables that this version does not know', async () => {
    const { code, stdout, stderr } = await runCli(['status', '--json'], {
      databaseUrl,
      env: { ...env, GEM_ATS_SYNC_WHATEVER: 'hush-hush' },
    })
    assert.equal(code, 0)
    assert.equal((JSON.parse(stdout) as unknown[]).length, 4)
    assert.match(stderr, /^warning: GEM_ATS_SYNC_WHATEVER is ignored: [^\n]+\n$/)
  })

  test('without an account shows all of them, and why something is missing', async () => {
    const text = await shown([])
    const line = (account: string) => text.split('\n').find((row) => row.startsWith(`${account} `)) ?? ''
    assert.match(text, /^ACCOUNT +STATE +LAST SYNC +ENDED +FRESH +NEXT SYNC +REJECTED +CALLS\/S +WHAT\n/)
    assert.match(
      line(accounts.waiting),
      / WAITING +SUCCEEDED +\d+ s ago +\d+ s +delta in [23] h \d+ m +0 +20 +next delta sync at 20/,
    )
    assert.match(line(accounts.paused), / PAUSED .* paused by a person: no calls until the signal `resume`$/)
    assert.match(
      line(accounts.limited),
      / RATE_LIMITED +- +- +- .* 16\.0 of 20 +Gem asked for a pause: goes on at 20/,
    )
    assert.match(line(accounts.idle), / ACTIVE +- +- +- +- +0 +20 +-$/)
    assert.match(
      text,
      new RegExp(`The workflow of ${accounts.idle} does not run: gem-ats-sync status ${accounts.idle} says`),
    )
  })

  test('shows how far each list is, and until when it waits and why', async () => {
    const text = await shown([accounts.limited])
    assert.match(text, /\nstate: RATE_LIMITED\ndoing: Gem asked for a pause: goes on at 20/)
    assert.match(text, /\nwaitingUntil: 20\S+Z \(in (5\d m \d+ s|1 h 0 m)\)\n/)
    assert.match(text, /\ncandidates +RUNNING +█████░{11} +33 % +20 +- +- +20 +0 +0 +0 +0 +-\n/)
    assert.match(text, /\nusers +SUCCEEDED +█{16} 100 % +20 /)
    assert.match(text, /\napplications +PENDING +- /)
    const { progress } = JSON.parse(await shown([accounts.limited, '--json']))
    const candidates = progress.streams.find(({ stream }: { stream: string }) => stream === 'candidates')
    assert.deepEqual([candidates.offset, candidates.total, candidates.basis], [20, 60, 'gem'])
  })

  test('shows what the database knows while Temporal is away', async () => {
    const away = { TEMPORAL_ADDRESS: NOBODY }
    const all = await shown([], away)
    assert.match(all, new RegExp(`${accounts.limited} +RUNNING `))
    assert.match(all, /\n\nNo answer of the workflows: .*\. The table shows what the database knows\.\n$/)
    const one = await shown([accounts.limited], away)
    assert.match(one, /^The workflow gives no answer: .*\. What the database knows:\naccount: /)
    assert.match(one, /\ncandidates +RUNNING +█████░{11} +33 % +20 /)
    const overview = JSON.parse(await shown(['--json'], away))
    assert.deepEqual(
      overview.map(({ account }: { account: string }) => account),
      Object.values(accounts).sort(),
    )
  })

  test('shows an account whose settings cannot be read', async () => {
    const store = (settings: string) =>
      product.pool.query('update sync.accounts set settings = $2 where account = $1', [
        accounts.idle,
        settings,
      ])
    await store('{"rate":{"burst":"many"}}')
    assert.match(await shown([accounts.idle]), /state: ACTIVE\n/)
    assert.match(await shown([]), new RegExp(`${accounts.idle} +ACTIVE .* 0 +- +-\n`))
    await store('{}')
  })

  const variables = () => ({
    ...{ PATH: process.env.PATH ?? '', HOME: '/nonexistent', DATABASE_URL: databaseUrl },
    ...{ GEM_ATS_SYNC_ENCRYPTION_KEY: ENCRYPTION_KEY, ...env },
  })

  test('--watch repaints in place at a terminal, in colours, until Ctrl-C ends it with 130', async () => {
    const command = `${process.execPath} ${CLI} status ${accounts.limited} --watch`
    await using watching = runAtTerminal(command, { ...variables(), TERM: 'xterm' })
    await watching.writes(escaped('␛\\[33mRATE_LIMITED␛\\[39m'))
    await watching.writes(/Ctrl-C ends this\./)
    // Some lines up again, over what was there.
    await watching.writes(escaped('␛\\[\\d*A'))
    watching.types('\x03')
    assert.equal(await watching.exitCode, 130)
  })

  test('--watch appends a line for each change where there is no terminal', async () => {
    await using watching = runInPipe(
      [process.execPath, CLI, 'status', accounts.waiting, '--watch'],
      variables(),
    )
    const first = await watching.writes(/.*\n/)
    assert.match(
      first,
      new RegExp(`^${accounts.waiting} WAITING: next delta sync at .*; users 20, .*; 0 rejected\n$`),
    )
    await product.client.workflow.getHandle(`gem-account-${accounts.waiting}`).signal('pause')
    assert.match(await watching.writes(/.*\n/), / PAUSED: paused by a person/)
    watching.kill('SIGINT')
    assert.equal(await watching.exitCode, 130)
  })

  test('colours are for terminals, NO_COLOR takes them away and FORCE_COLOR brings them', async () => {
    const red = '\x1b['
    assert.ok(!(await shown([])).includes(red))
    assert.ok((await shown([], { ...env, FORCE_COLOR: '1' })).includes(red))
    const command = `${process.execPath} ${CLI} status`
    await using plain = runAtTerminal(command, { ...variables(), NO_COLOR: '1' })
    assert.doesNotMatch(await plain.writes(/ACCOUNT[\s\S]*says how to start it/), escaped('␛\\[3'))
  })
})
