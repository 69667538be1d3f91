/** Whatever a workflow is started with, it runs as its account's or fails at once by a line that says why. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'
import { continued } from '../support/continued.ts'
import { type Product, startProduct } from '../support/product.ts'
import { resetToLatestSync } from '../support/reset-workflow.ts'

let product: Product
before(async () => {
  product = await startProduct({ candidates: 30, seed: 29 })
})
after(() => product[Symbol.asyncDispose]())

/** As the Web UI and the command line start one: the input may be anything. */
async function startWith(account: string, ...args: unknown[]): Promise<WorkflowHandle> {
  return await product.client.workflow.start('accountSync', {
    ...{ taskQueue: product.taskQueue, workflowId: `gem-account-${account}`, args },
  })
}

async function assertRefused(handle: WorkflowHandle, why: RegExp): Promise<void> {
  await assert.rejects(handle.result(), (error) => {
    assert.ok(error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure)
    const { type, nonRetryable, message } = error.cause
    assert.deepEqual([type, nonRetryable, message.split('\n').length], ['InvalidInput', true, 1])
    assert.match(message, why)
    return true
  })
}

/** The input of the workflow's latest run, as the Web UI fills it in for another start. */
async function inputOf(handle: WorkflowHandle): Promise<unknown> {
  const [started] = (await handle.fetchHistory()).events ?? []
  const [payload] = started?.workflowExecutionStartedEventAttributes?.input?.payloads ?? []
  return JSON.parse(Buffer.from(payload?.data ?? []).toString())
}

describe('a workflow that is started with', () => {
  const expected = /: expected \{"account": "<name>"\}/
  const inputs: readonly { readonly with: unknown[]; readonly why: RegExp }[] = [
    { with: [], why: expected },
    { with: [null], why: expected },
    { with: ['NAME'], why: expected },
    { with: [['NAME']], why: expected },
    { with: [{ account: ['NAME'] }], why: expected },
    {
      with: [{ account: 'NAME', state: {} }],
      why: /^input: state .*continue-as-new.*: expected \{"account"/,
    },
    { with: [{ account: 'NAME', state: null }], why: /^input: state .*: expected \{"account"/ },
    { with: [{ account: 'NAME', mode: 'full' }], why: /^input: unknown field "mode": expected \{"account"/ },
    { with: [{ account: 'NAME', State: {}, b: 1 }], why: /^input: unknown fields "State", "b": expected/ },
    {
      with: [{ account: 'NAME', ['x\n'.repeat(500)]: 1 }],
      why: /^input: unknown field "(x\\n){1,25}": expected/,
    },
    {
      with: [{ account: 'NAME' }, { mode: 'full' }],
      why: /^input: expected one, found 2: expected \{"account"/,
    },
  ]
  for (const { with: given, why } of inputs) {
    test(`${JSON.stringify(given).slice(0, 60)} fails at once`, async () => {
      const account = await product.addAccount()
      const args = JSON.parse(JSON.stringify(given).replaceAll('NAME', account)) as unknown[]
      await assertRefused(await startWith(account, ...args), why)
    })
  }

  test('what an earlier one has carried over to itself fails at once, and rewrites no run', async () => {
    const account = await product.addAccount()
    const handle = await startWith(account, { account })
    await product.nextSync(account)
    const latest = await continued(handle, product.client)
    const carried = await inputOf(latest)
    assert.deepEqual(Object.keys(Object(carried)), ['account', 'state'])
    await latest.terminate()
    const runs = () => product.pool.query('select * from sync.runs where account = $1', [account])
    const { rows: before } = await runs()
    await assertRefused(await startWith(account, carried), /^input: state /)
    assert.deepEqual((await runs()).rows, before)
    await startWith(account, { account })
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
  })

  test('its own state goes on after continue-as-new, and after a reset of the run that was continued', async () => {
    const account = await product.addAccount()
    const handle = await startWith(account, { account })
    await product.nextSync(account)
    const latest = await continued(handle, product.client)
    await latest.signal('resync', {})
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    await resetToLatestSync(product, latest)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    await latest.signal('resync', { mode: 'delta' })
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.deepEqual(await product.differences(account), [])
  })
})
