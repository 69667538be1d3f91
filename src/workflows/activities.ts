import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'

/**
 * Places in the task queue, the lowest number first; 3 is what a task has by default. What a person waits for (a pause
 * that slices have to see) does not stand behind slices, and the first sync of a new account not before others' deltas.
 */
export const priorities = { bookkeeping: 1, delta: 2, full: 3, firstFull: 4, retention: 3 } as const

const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' } as const

/** Short statements on PostgreSQL: tried again for as long as it is away. */
export const bookkeeping = proxyActivities<Omit<Activities, 'syncSlice'>>({
  startToCloseTimeout: '1m',
  priority: { priorityKey: priorities.bookkeeping },
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
