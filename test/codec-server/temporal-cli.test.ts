/** With the real `temporal` program, on encrypted histories. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseEncryptionKey } from '../../src/accounts/encryption.ts'
import { runCli } from '../cli/run-cli.ts'
import { startProduct } from '../support/product.ts'
import { testStack } from '../support/stack.ts'
import { TOKEN } from './ask.ts'

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const keyText = randomBytes(32).toString('base64')

const environment = {
  GEM_ATS_SYNC_CODEC_KEY: keyText,
  GEM_ATS_SYNC_CODEC_SERVER_TOKEN: TOKEN,
  GEM_ATS_SYNC_CODEC_SERVER_ADDRESS: '127.0.0.1:0',
}

/** `gem-ats-sync codec-server` as a user starts it. */
async function startServer() {
  const child = spawn(process.execPath, [CLI, 'codec-server'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, GEM_ATS_SYNC_DATA_DIR: '/nonexistent/data', ...environment },
  })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const ended = once(child, 'exit')
  return {
    url: String(/http:\S+\d/.exec(String(line))?.[0]),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      assert.deepEqual(await ended, [0, null])
    },
  }
}

async function temporal(...args: readonly string[]): Promise<string> {
  const { temporalCli, temporalAddress, temporalNamespace } = testStack()
  const where = ['--address', temporalAddress, '--namespace', temporalNamespace]
  const { stdout } = await promisify(execFile)(temporalCli, [...args, ...where], { maxBuffer: 64 * 2 ** 20 })
  return stdout
}

test('the temporal CLI starts, asks and shows a workflow through the codec server', async () => {
  const current = parseEncryptionKey(keyText)
  assert.ok(current !== null)
  await using product = await startProduct(
    { candidates: 20, seed: 3 },
    { codecKeys: { current, others: [] } },
  )
  await using server = await startServer()
  const through = ['--codec-endpoint', server.url, '--codec-auth', `Bearer ${TOKEN}`]
  const account = await product.addAccount()
  const id = ['--workflow-id', `gem-account-${account}`]
  const input = ['--input', JSON.stringify({ account })]
  const kind = ['--type', 'accountSync', '--task-queue', product.taskQueue]
  await temporal('workflow', 'start', ...kind, ...id, ...input, ...through)
  assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')

  const show = ['workflow', 'show', ...id, '--output', 'json']
  const closed = await temporal(...show)
  const open = await temporal(...show, ...through)
  // The CLI shows payloads as they are on the wire: bytes as base64.
  const shownInput = Buffer.from(JSON.stringify({ account })).toString('base64')
  assert.deepEqual([closed.includes(shownInput), open.includes(shownInput)], [false, true])
  const encrypted = Buffer.from('binary/encrypted').toString('base64')
  assert.deepEqual([closed.includes(encrypted), open.includes(encrypted)], [true, false])
  const status = await temporal(
    'workflow',
    'query',
    ...id,
    '--name',
    'status',
    '--output',
    'json',
    ...through,
  )
  assert.match(status, /"state":\s*"WAITING"/)
  await assert.rejects(temporal(...show, '--codec-endpoint', server.url, '--codec-auth', `Bearer ${TOKEN}x`))
})

test('it does not start without a key, without a token, or with a short one', async () => {
  const refusals = [
    [{ GEM_ATS_SYNC_CODEC_KEY: '' }, /There is no codec key/],
    [{ GEM_ATS_SYNC_CODEC_SERVER_TOKEN: '' }, /There is no token/],
    [{ GEM_ATS_SYNC_CODEC_SERVER_TOKEN: 'short' }, /GEM_ATS_SYNC_CODEC_SERVER_TOKEN must be at least 32/],
    [
      { GEM_ATS_SYNC_CODEC_SERVER_ORIGIN: 'http://a/b' },
      /GEM_ATS_SYNC_CODEC_SERVER_ORIGIN must be an origin/,
    ],
    [
      { GEM_ATS_SYNC_CODEC_SERVER_ADDRESS: '192.0.2.1:80' },
      /Cannot listen on 192.0.2.1:80 \(EADDRNOTAVAIL\); set GEM_ATS_SYNC_CODEC_SERVER_ADDRESS to/,
    ],
  ] as const
  for (const [env, message] of refusals) {
    const { code, stderr } = await runCli(['codec-server'], { env: { ...environment, ...env } })
    assert.equal(code, 1)
    assert.match(stderr, message)
    assert.equal(stderr.includes(keyText) || stderr.includes(TOKEN), false)
  }
})
