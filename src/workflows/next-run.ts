import type { AccountSchedule } from '../activities/account.types.ts'
import type { RunMode } from '../database/database-types.ts'
import { type MainTable, mainTables } from '../streams.ts'
import { dequeue, type QueuedResync } from './resync-queue.ts'
import type { DueSync } from './schedule.ts'
import { type AccountState, newRun, type RunProgress, refuse } from './state.ts'

export interface Planning {
  readonly schedule: AccountSchedule
  readonly due: DueSync
  readonly now: number
  readonly newId: () => string
}

/** Takes up what to sync now: what is asked for, else what is due. Null while there is nothing, or it may not be. */
export function takeNextRun(state: AccountState, planning: Planning): RunProgress | null {
  const { due, now, newId } = planning
  if (state.paused) return null
  const queued = dequeue(state.queue)
  if (queued !== null) {
    state.queue = queued.rest
    return begin(state, planning, queued.next)
  }
  if (due.at > now) return null
  const trigger = state.starts.full === null ? 'start' : 'schedule'
  return begin(state, planning, {
    ...{ id: newId(), mode: due.mode, models: mainTables, trigger },
    ...{ since: null, fromWatermark: due.mode === 'delta', confirmedModels: [] },
  })
}

function begin(
  state: AccountState,
  { schedule: { models }, now }: Planning,
  wanted: QueuedResync,
): RunProgress | null {
  const isSynced = (model: MainTable) => models.includes(model)
  const chosen = wanted.models.filter(isSynced)
  if (chosen.length === 0) {
    refuse(state, 'resync', `models: the account's settings sync only ${models.join(', ')}`, now)
    return null
  }
  if (chosen.length === models.length) countStart(state, wanted.mode, now)
  const startedAt = new Date(now).toISOString()
  const confirmedModels = wanted.confirmedModels.filter(isSynced)
  return newRun({ ...wanted, models: chosen, confirmedModels, startedAt }, state.broken)
}

/** Only a sync of all models moves the schedule. */
function countStart(state: AccountState, mode: RunMode, now: number): void {
  state.starts = { full: mode === 'full' ? now : state.starts.full, delta: now }
}
