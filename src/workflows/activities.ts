import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'

const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' } as const

/** Short statements on PostgreSQL: tried again for as long as it is away. */
export const bookkeeping = proxyActivities<Omit<Activities, 'syncSlice'>>({
  startToCloseTimeout: '1m',
  retry,
})

/**
 * Reading from Gem; a slice is far shorter than its time-out. What Gem does wrong is never tried again here: the
 * workflow waits on a durable timer (trouble.ts). Only a worker or a database that went away is.
 */
export const reading = proxyActivities<Pick<Activities, 'syncSlice'>>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '30s',
  retry: { ...retry, maximumInterval: '10m' },
})
