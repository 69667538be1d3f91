/** Whose workflow it is shows in every Temporal run: the summary that a person gave is the first run's. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { WorkflowHandle } from '@temporalio/client'
import { continued } from '../support/continued.ts'
import { type Product, startProduct } from '../support/product.ts'

describe('the account of a workflow', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 20, seed: 35 })
  })
  after(() => product[Symbol.asyncDispose]())

  async function assertShown(latest: WorkflowHandle, account: string): Promise<void> {
    // Answered after the run's first task.
    const { currentDetails } = await latest.query<{ currentDetails: string }>('__temporal_workflow_metadata')
    assert.ok(currentDetails.includes(`\n\nAccount: \`${account}\``), currentDetails)
    assert.deepEqual((await latest.describe()).memo, { account })
  }

  test('stands in the memo and in the current details, also after continue-as-new', async () => {
    const account = await product.addAccount()
    const handle = await product.start(account)
    const first = product.client.workflow.getHandle(handle.workflowId)
    await product.nextSync(account)
    await assertShown(first, account)
    await assertShown(await continued(first, product.client), account)
  })
})
