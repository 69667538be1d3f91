import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { WorkflowUpdateFailedError } from '@temporalio/client'
import { defineQuery } from '@temporalio/workflow'
import { type Status, statusQuery } from '../../src/workflows/messages.ts'
import { type Product, startProduct } from '../support/product.ts'
import { isAtRest, type Situation, situations } from '../support/situations.ts'
import { untilStatus } from '../support/until-status.ts'

/** What a message may bring, as the wire carries it: bytes, and what they are said to be. */
interface Wire {
  readonly encoding?: string
  readonly data: string | Buffer
}

/** The query takes no input, and does not mind one. */
const statusOfAnything = defineQuery<Status, [unknown]>('status')

const json = (data: string): Wire => ({ encoding: 'json/plain', data })
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

/** Signals, and what the status says of each. Ten at most: so many refusals it keeps. */
interface WrongSignal {
  readonly name?: string
  readonly inputs: readonly Wire[]
  readonly refusal: RegExp
}

const undecodable: readonly WrongSignal[] = [
  { inputs: [json('{"mode":')], refusal: /^resync: its payload cannot be decoded/ },
  { inputs: [json('')], refusal: /^resync: its payload cannot be decoded/ },
  { inputs: [{ encoding: 'binary/encrypted', data: 'x' }], refusal: /^resync: .*encoding binary\/encrypted/ },
  { inputs: [{ encoding: 'binary/foo', data: 'x' }], refusal: /^resync: .*encoding binary\/foo/ },
  { inputs: [{ encoding: 'binary/protobuf', data: '\u0008' }], refusal: /^resync: .*binary\/protobuf/ },
  { inputs: [{ data: '{}' }], refusal: /^resync: .*encoding none/ },
  { inputs: [{ encoding: 'x'.repeat(10_000), data: '{}' }], refusal: /^resync: .*encoding x{50}\)/ },
  {
    inputs: [{ encoding: 'binary/plain', data: Buffer.alloc(100_000) }],
    refusal: /^resync: expected an object/,
  },
]

const wrongInputs: readonly WrongSignal[] = [
  { inputs: [json('[]')], refusal: /^resync: expected an object/ },
  { inputs: [json('1e999')], refusal: /^resync: expected an object/ },
  { inputs: [json(`"${'x'.repeat(1_000_000)}"`)], refusal: /^resync: expected an object/ },
  { inputs: [json(deep(100_000))], refusal: /^resync: expected an object/ },
  { inputs: [json(`{"models":${deep(100_000)}}`)], refusal: /^resync: models: expected/ },
  { inputs: [json(`{"${'x'.repeat(100_000)}":1}`)], refusal: /^resync: unknown field "x{50}"/ },
  { inputs: [json('{"__proto__":{"mode":"full"}}')], refusal: /^resync: unknown field "__proto__"/ },
  { inputs: [json('{"mode":7}')], refusal: /^resync: mode: expected/ },
  { inputs: [json('{}'), json('{}')], refusal: /^resync: expected one input, found 2/ },
]

const unknownNames: readonly WrongSignal[] = [
  { name: 'pauze', inputs: [json('{}')], refusal: /^pauze: unknown signal: known are resync, pause, resume/ },
  { name: '__temporal_nope', inputs: [], refusal: /^temporal_nope: unknown signal/ },
  {
    name: '__proto__',
    inputs: [{ encoding: 'binary/foo', data: 'x' }],
    refusal: /^__proto__: unknown signal/,
  },
  { name: 'constructor', inputs: [], refusal: /^constructor: unknown signal/ },
  { name: 'x'.repeat(900), inputs: [], refusal: /^x{50}: unknown signal/ },
]

describe('absurd messages harm nothing', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 30, seed: 12 }, { timeSkipping: true })
  })
  after(() => product[Symbol.asyncDispose]())

  async function send({ handle }: Situation, { name = 'resync', inputs }: WrongSignal): Promise<void> {
    await product.client.workflowService.signalWorkflowExecution({
      namespace: product.client.options.namespace,
      workflowExecution: { workflowId: handle.workflowId },
      signalName: name,
      input: { payloads: inputs.map(payloadOf) },
      requestId: randomUUID(),
    })
  }

  /** Sends them all, and sees each refused and nothing else changed. */
  async function seeRefused(situation: Situation, signals: readonly WrongSignal[]): Promise<void> {
    const before = await situation.handle.query(statusQuery)
    for (const signal of signals) await send(situation, signal)
    const { queue } = await untilStatus(situation.handle, ({ refusals }) => {
      const latest = refusals.slice(-signals.length).map(({ message, why }) => `${message}: ${why}`)
      return signals.every(({ refusal }, index) => refusal.test(latest[index] ?? ''))
    })
    assert.deepEqual(queue, before.queue)
  }

  async function seeUpdateRefused(
    { handle }: Situation,
    name: string,
    ...args: [unknown, ...unknown[]]
  ): Promise<void> {
    await assert.rejects(handle.executeUpdate(name, { args }), WorkflowUpdateFailedError)
  }

  for (const state of Object.keys(situations) as Status['state'][]) {
    test(`while the account is ${state}`, async () => {
      const situation = await situations[state](product)
      const { account, handle } = situation
      await seeRefused(situation, undecodable)
      await seeRefused(situation, wrongInputs)
      await seeRefused(situation, unknownNames)
      for (const name of ['nope', '__temporal_nope']) await seeUpdateRefused(situation, name, 1)
      await seeUpdateRefused(situation, 'resync', { mode: 7 })
      await seeUpdateRefused(situation, 'resync', {}, {})
      await seeUpdateRefused(situation, 'resync', 'x'.repeat(1_000_000))
      await assert.rejects(handle.query('nope'), /unknown query nope: known is status/)
      assert.equal((await handle.query(statusOfAnything, { absurd: true })).state, state)

      // Null is nothing, and asks for what nothing asks for.
      await send(situation, { inputs: [json('null')], refusal: /never/ })
      await situation.release()
      await untilStatus(handle, isAtRest)
      assert.deepEqual(await product.differences(account), [])
      // Paused and not terminated: the server's time stands still for ever beside work that is cut off.
      await handle.signal('pause')
    })
  }
})

function payloadOf({ encoding, data }: Wire) {
  return {
    metadata: encoding === undefined ? {} : { encoding: Buffer.from(encoding) },
    data: Buffer.from(data),
  }
}
