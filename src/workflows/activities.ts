import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'

const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' } as const

/** Short statements on PostgreSQL: tried again for as long as it is away. */
export const bookkeeping = proxyActivities<Omit<Activities, 'syncSlice'>>({
  startToCloseTimeout: '1m',
  retry,
})

/** Reading from Gem. The activity decides when Gem has failed too often; a slice is far shorter than its time-out. */
export const reading = proxyActivities<Pick<Activities, 'syncSlice'>>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '30s',
  retry,
})
