/** An embedded stack runs, and the shell may name another database: nothing is read or written where it is not meant. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { isTaken, takeLock } from '../../src/embedded/pid-lock.ts'
import {
  encryptionKeyPath,
  stackLockPath,
  TASK_QUEUE,
  writeStackFile,
} from '../../src/embedded/stack-file.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { otherProducts } from '../support/other-products.ts'
import { testStack } from '../support/stack.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runCli } from './run-cli.ts'
import { API_KEY, startToyGem, type ToyGem } from './toy-gem.ts'

const folder = temporaryFolder()
let embedded: TestDatabase
let other: TestDatabase
let gem: ToyGem

before(async () => {
  embedded = await createTestDatabase()
  other = await createTestDatabase()
  gem = await startToyGem()
  assert.ok(!isTaken(takeLock(stackLockPath(folder.path))))
  writeFileSync(encryptionKeyPath(folder.path), randomBytes(32).toString('base64'))
  writeStackFile(folder.path, {
    ...{
      databaseUrl: embedded.workerUrl,
      temporalAddress: testStack().temporalAddress,
      namespace: 'default',
    },
    ...{
      taskQueue: TASK_QUEUE,
      uiUrl: '',
      workerUrl: '',
      temporalCli: testStack().temporalCli,
      pid: process.pid,
    },
  })
})
after(async () => {
  await gem[Symbol.asyncDispose]()
  await embedded.drop()
  await other.drop()
  folder[Symbol.dispose]()
})

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  runCli(args, { env: { GEM_ATS_SYNC_DATA_DIR: folder.path, ...env }, input: `${API_KEY}\n` })

const add = (name: string, ...more: string[]) => [
  ...['account', 'add', name, '--base-url', gem.url, '--allow-insecure-base-url', ...more],
]

async function accountsOf(database: TestDatabase): Promise<string[]> {
  const { stdout } = await runCli(['account', 'list', '--json'], { databaseUrl: database.workerUrl })
  return (JSON.parse(stdout) as { account: string }[]).map(({ account }) => account)
}

/** Both, by host, port and name, without passwords. */
const names = (database: TestDatabase) => {
  const { host, pathname } = new URL(database.workerUrl)
  return `${host}${pathname}`
}

describe('without DATABASE_URL', () => {
  const { DATABASE_URL: _, ...rest } = otherProducts
  test('a command finds the embedded stack, whatever else the shell is set up for', async () => {
    const added = await run(add('plain'), rest)
    assert.deepEqual([added.code, added.stderr], [0, ''], added.stderr)
    assert.ok((await accountsOf(embedded)).includes('plain'))
  })

  test('--database env is refused', async () => {
    const { code, stderr } = await run(['account', 'list', '--database', 'env'], rest)
    assert.deepEqual(
      [code, stderr],
      [1, 'error: --database env means the one of DATABASE_URL, which is not set\n'],
    )
  })
})

describe('with another DATABASE_URL', () => {
  const env = () => ({ DATABASE_URL: other.workerUrl })
  const both = () =>
    `DATABASE_URL names ${names(other)}, and the embedded stack on ${folder.path} has ${names(embedded)}: `

  for (const [command, ...args] of [
    ['add', 'unclear'],
    ['set', 'plain', 'jobBoard=acme'],
    ['set-key', 'plain'],
    ['remove', 'plain', '--yes'],
    ['rotate-encryption-key', '--all'],
    ...['start', 'stop', 'pause', 'resume', 'resync'].map((command) => [command, 'plain']),
  ]) {
    test(`account ${command} names both and writes nothing`, async () => {
      const { code, stdout, stderr } = await run(['account', String(command), ...args], env())
      assert.deepEqual([code, stdout], [1, ''])
      assert.equal(stderr, `error: ${both()}say which is meant by --database env or --database embedded\n`)
    })
  }

  test('a command that reads names both, and reads the one of DATABASE_URL', async () => {
    const { code, stdout, stderr } = await run(['account', 'list', '--json'], env())
    assert.deepEqual([code, JSON.parse(stdout)], [0, []])
    assert.match(
      stderr,
      new RegExp(`^note: ${both().replaceAll('.', '\\.')}this reads the former[^\\n]*\\n$`),
    )
  })

  test('--database says which is written', async () => {
    const key = { GEM_ATS_SYNC_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
    for (const [name, which] of [
      ['there', 'env'],
      ['here', 'embedded'],
    ] as const) {
      const { code, stderr } = await run(add(name, '--database', which), { ...env(), ...key })
      assert.equal(code, 0, stderr)
    }
    assert.deepEqual(await accountsOf(other), ['there'])
    assert.ok((await accountsOf(embedded)).includes('here'))
  })

  test('that is no URL of PostgreSQL, none of it is repeated', async () => {
    const { code, stderr } = await run(add('unclear'), otherProducts)
    assert.equal(code, 1)
    assert.match(stderr, /^error: DATABASE_URL names a database, and the embedded stack on \S+ has \S+: say/)
    assert.doesNotMatch(stderr, /secret|db\.example/)
  })

  test('nothing of it counts with --database embedded', async () => {
    const { code, stderr } = await run(['account', 'list', '--database', 'embedded'], otherProducts)
    assert.deepEqual([code, stderr], [0, ''])
  })
})

test('--database embedded is refused where no stack runs', async () => {
  const nowhere = { GEM_ATS_SYNC_DATA_DIR: '/nonexistent/data' }
  const { code, stderr } = await run(['account', 'list', '--database', 'embedded'], nowhere)
  assert.equal(code, 1)
  assert.match(
    stderr,
    /^error: --database embedded: none runs on \/nonexistent\/data \(GEM_ATS_SYNC_DATA_DIR\)/,
  )
})
