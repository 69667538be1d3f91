import assert from 'node:assert/strict'
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client'
import type { Product } from '../support/product.ts'
import { resetToLatestSync } from '../support/reset-workflow.ts'
import { untilStatus } from '../support/until-status.ts'

/** Something that happens in an account's life, and the run id of the history that it leaves. */
export interface Scenario {
  readonly name: string
  /** Plays it on a started account whose first sync has ended. */
  play(product: Product, account: string, handle: WorkflowHandle): Promise<void>
}

/** What the replayed histories cover. Each is short, and all are played by the real product. */
export const scenarios: readonly Scenario[] = [
  { name: 'first-full-sync', async play() {} },
  {
    name: 'delta',
    async play(product, account, handle) {
      await handle.signal('resync', { mode: 'delta' })
      await product.nextSync(account)
    },
  },
  {
    name: 'rate-limit',
    async play(product, account, handle) {
      product.gem.faults.add({ kind: 'throttle', stream: 'candidates', retryAfter: 1 })
      await handle.signal('resync', {})
      await product.nextSync(account)
    },
  },
  {
    name: 'pause-and-resume',
    async play(product, account, handle) {
      await handle.signal('pause')
      await handle.signal('resync', { models: ['users'] })
      await handle.query('status')
      await handle.signal('resume')
      await product.nextSync(account)
    },
  },
  {
    name: 'merged-resyncs',
    async play(product, account, handle) {
      await handle.executeUpdate('resync', { args: [{ mode: 'delta', since: '2026-01-01T00:00:00Z' }] })
      await handle.signal('resync', { models: ['jobs'], confirmDeletions: true })
      await handle.signal('resync', { mode: 'wrong' })
      await product.nextSync(account)
    },
  },
  {
    name: 'failures',
    async play(product, account, handle) {
      // Once more than the slice makes its call.
      product.gem.faults.add({ kind: '503', stream: 'jobs', times: 5 })
      product.gem.faults.add({ kind: '422', stream: 'candidates' })
      await handle.signal('resync', {})
      await product.nextSync(account)
    },
  },
  {
    name: 'refused-key',
    async play(product, account, handle) {
      product.gem.setSwitches({ forbidden: ['users', 'job_stages'] })
      await handle.signal('resync', {})
      await product.nextSync(account)
      product.gem.setSwitches({ forbidden: [] })
      await handle.signal('resume')
      await product.nextSync(account)
    },
  },
  {
    name: 'reset',
    async play(product, account, handle) {
      await resetToLatestSync(product, handle)
      await product.nextSync(account)
    },
  },
  {
    name: 'cancelled',
    async play(product, account, handle) {
      product.gem.faults.add({ kind: 'throttle', stream: 'candidates', retryAfter: 3_600 })
      await handle.signal('resync', {})
      await untilStatus(handle, ({ state }) => state === 'RATE_LIMITED')
      await handle.cancel()
      await product.nextSync(account)
      await assert.rejects(handle.result(), WorkflowFailedError)
    },
  },
]
