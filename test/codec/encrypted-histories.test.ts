/** What the server holds of an account's life when histories are encrypted, read as anybody without the key reads it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { WorkflowFailedError, type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client'
import { ApplicationFailure, type Payload } from '@temporalio/common'
import protocol from '@temporalio/proto'
import { Worker } from '@temporalio/worker'
import { findHeldUp } from '../../src/cli/account-workflow.ts'
import { workerDataConverter } from '../../src/codec/data-converter.ts'
import { encryptPayload, isEncrypted } from '../../src/codec/encrypted-payload.ts'
import { workflowBundle as bundleOfWorker } from '../../src/worker/workflow-bundle.ts'
import { statusQuery } from '../../src/workflows/messages.ts'
import { newKey } from '../accounts/fixtures.ts'
import { type Product, startProduct, workflowBundle } from '../support/product.ts'
import { testStack } from '../support/stack.ts'
import { uniqueName } from '../support/temporal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { untilStatus } from '../support/until-status.ts'
import { jsonPayload, newCodecKeys } from './fixtures.ts'

const codecKeys = newCodecKeys()
const { History } = protocol.temporal.api.history.v1

describe('encrypted histories', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 30, seed: 8 }, { codecKeys })
  })
  after(() => product[Symbol.asyncDispose]())

  const signal = (handle: WorkflowHandle, payload: Payload) =>
    product.client.workflowService.signalWorkflowExecution({
      namespace: product.client.options.namespace,
      workflowExecution: { workflowId: handle.workflowId },
      signalName: 'resync',
      input: { payloads: [payload] },
      requestId: randomUUID(),
    })

  test('hold every payload encrypted, and no text of a failure', async () => {
    const account = await product.addAccount()
    product.gem.setSwitches({ forbidden: ['job_posts'] })
    const handle = await product.start(account)
    assert.equal((await product.nextSync(account)).state, 'PARTIALLY_FAILED')
    product.gem.setSwitches({ forbidden: [] })
    await handle.signal('resync', { mode: 'delta', models: ['jobs'] })
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    await assert.rejects(handle.executeUpdate('resync', { args: [{ mode: 7 }] }), WorkflowUpdateFailedError)
    const history = await handle.fetchHistory()
    const payloads = payloadsIn(history)
    assert.ok(payloads.length > 50, `${payloads.length} payloads`)
    assert.deepEqual(payloads.filter((payload) => !isEncrypted(payload)).map(read), [])
    assert.deepEqual(new Set(textsOf(history, 'message')), new Set(['Encoded failure']))
    assert.deepEqual(textsOf(history, 'stackTrace').join(''), '')
    const bytes = Buffer.from(History.encode(history).finish())
    for (const text of [
      'status 403',
      'Forbidden',
      '/ats/v0',
      product.gem.url,
      product.gem.apiKey,
      '"mode"',
      'job_posts',
    ])
      assert.equal(bytes.includes(text), false, text)
  })

  test('tell who has the key what a workflow is held up by', async () => {
    const account = await product.addAccount()
    await product.pool.query('revoke insert on sync.runs from gem_ats_sync_worker')
    await product.start(account)
    const { temporalAddress, temporalNamespace } = testStack()
    const temporal = {
      ...{ connectionOptions: { address: temporalAddress }, namespace: temporalNamespace },
      ...{ taskQueue: product.taskQueue, program: 'temporal' as const },
    }
    let heldUp = await findHeldUp({ ...temporal, codecKeys }, account)
    while (heldUp.length === 0) heldUp = await findHeldUp({ ...temporal, codecKeys }, account)
    const [{ activity, error } = { activity: '', error: '' }] = heldUp
    assert.equal(activity, 'beginRun')
    assert.match(error, /denies this user a right/)
    const [withoutKey] = await findHeldUp({ ...temporal, codecKeys: null }, account)
    assert.doesNotMatch(withoutKey?.error ?? '', /a right/)
    await product.pool.query('grant insert on sync.runs to gem_ats_sync_worker')
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
  })

  test('tell who has the key why a workflow has failed', async () => {
    const handle = await product.client.workflow.start('accountSync', {
      taskQueue: product.taskQueue,
      workflowId: uniqueName('not-of-acme'),
      args: [{ account: 'acme' }],
    })
    await assert.rejects(handle.result(), (error) => {
      const cause = error instanceof WorkflowFailedError ? error.cause : null
      return cause instanceof ApplicationFailure && /expected gem-account-acme/.test(cause.message)
    })
    const bytes = Buffer.from(History.encode(await handle.fetchHistory()).finish())
    assert.equal(bytes.includes('expected gem-account'), false)
  })

  test('take what the temporal CLI sends unencrypted, and refuse what nobody can read, without harm', async () => {
    const account = await product.addAccount()
    const handle = await product.start(account)
    await product.nextSync(account)
    const unknown = newKey()
    const encrypted = encryptPayload(codecKeys.current, jsonPayload({ mode: 'delta' }))
    await signal(handle, encryptPayload(unknown, jsonPayload({ mode: 'delta' })))
    await signal(handle, { ...encrypted, data: Buffer.from('cut off') })
    await signal(handle, { metadata: { encoding: Buffer.from('binary/encrypted') } })
    await signal(handle, { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"mode":') })
    const { refusals } = await untilStatus(handle, (status) => status.refusals.length === 4)
    for (const [index, encoding] of [
      `binary/encrypted, key ${unknown.id}`,
      `binary/encrypted, key ${codecKeys.current.id}`,
      'binary/encrypted',
      'json/plain',
    ].entries())
      assert.equal(
        refusals[index]?.why,
        `its payload cannot be decoded (encoding ${encoding}): expected JSON`,
      )
    await signal(handle, jsonPayload({ mode: 'delta', models: ['jobs'] }))
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    await signal(handle, encrypted)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.deepEqual(await product.differences(account), [])
  })

  test('a workflow goes on after continue-as-new, and waits for the key where a worker lacks it', async () => {
    const account = await product.addAccount()
    const handle = await product.start(account)
    await product.nextSync(account)
    const { run } = await continued(handle, 'x'.repeat(1_000_000))
    const dataConverter = workerDataConverter(codecKeys)
    const bundle = await workflowBundle(true)
    const history = await run.fetchHistory()
    assert.deepEqual(
      payloadsIn(history).filter((payload) => !isEncrypted(payload)),
      [],
    )
    await Worker.runReplayHistory({ workflowBundle: bundle, dataConverter }, history, handle.workflowId)
    await assert.rejects(
      Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history, handle.workflowId),
      new RegExp(`encrypted, key ${codecKeys.current.id}: this worker lacks the key`),
    )
  })

  test('a bundle that was made ahead is taken if it encodes failures, and refused if it does not', async () => {
    using folder = temporaryFolder()
    const prebuilt = join(folder.path, 'workflows.js')
    const read = (encodeFailures: boolean) => bundleOfWorker({ prebuilt, encodeFailures })
    await assert.rejects(read(true), /cannot be read \(ENOENT\)/)
    const { code } = await workflowBundle()
    writeFileSync(prebuilt, code)
    assert.deepEqual(await read(false), { code })
    await assert.rejects(read(true), /GEM_ATS_SYNC_WORKFLOW_BUNDLE .* --encode-failures$/)
    const encoding = await workflowBundle(true)
    writeFileSync(prebuilt, encoding.code)
    assert.deepEqual(await read(true), encoding)
  })

  /** Makes the history so large that the server wants another: until the run is another one. */
  async function continued(handle: WorkflowHandle, ballast: string) {
    const runId = async () => (await handle.describe()).runId
    const first = await runId()
    for (;;) {
      await handle.signal('resync', ballast)
      await handle.query(statusQuery)
      const now = await runId()
      if (now === first) continue
      const run = product.client.workflow.getHandle(handle.workflowId, now)
      // It has had its first task, which is what is replayed.
      await run.query(statusQuery)
      return { run }
    }
  }
})

const read = ({ metadata, data }: Payload) =>
  `${Buffer.from(metadata?.encoding ?? []).toString()} ${Buffer.from(data ?? [])
    .toString()
    .slice(0, 100)}`

/** All payloads in a message of Temporal's, but those of search attributes: the server has to read these. */
function payloadsIn(message: unknown): Payload[] {
  if (typeof message !== 'object' || message === null || ArrayBuffer.isView(message)) return []
  if (Array.isArray(message)) return message.flatMap(payloadsIn)
  if ('metadata' in message && 'data' in message) return [message as Payload]
  return Object.entries(message)
    .filter(([name]) => name !== 'searchAttributes')
    .flatMap(([, value]) => payloadsIn(value))
}

/** All texts under a name, at any depth. */
function textsOf(message: unknown, name: string): string[] {
  if (typeof message !== 'object' || message === null || ArrayBuffer.isView(message)) return []
  return Object.entries(message).flatMap(([key, value]) =>
    key === name && typeof value === 'string' ? [value] : textsOf(value, name),
  )
}
