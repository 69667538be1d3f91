import type { AccountSchedule } from '../activities/account.types.ts'
import type { RunMode, RunTrigger } from '../database/database-types.ts'
import type { Resync } from './messages.ts'
import { dequeue } from './resync.ts'
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
  const { due, now } = planning
  if (state.paused) return null
  const queued = dequeue(state.queue)
  if (queued !== null) {
    state.queue = queued.rest
    return begin(state, planning, queued.next, queued.next.trigger)
  }
  if (due.at > now) return null
  return begin(state, planning, { mode: due.mode }, state.starts.full === null ? 'start' : 'schedule')
}

function begin(
  state: AccountState,
  { schedule: { models }, now, newId }: Planning,
  wanted: Partial<Resync> & { mode: RunMode },
  trigger: RunTrigger,
): RunProgress | null {
  const chosen = models.filter((model) => wanted.models?.includes(model) ?? true)
  if (chosen.length === 0) {
    refuse(state, 'resync', `models: the account's settings sync only ${models.join(', ')}`, now)
    return null
  }
  if (chosen.length === models.length) countStart(state, wanted.mode, now)
  return newRun(
    {
      id: newId(),
      mode: wanted.mode,
      trigger,
      models: chosen,
      since: wanted.since ?? null,
      confirmDeletions: wanted.confirmDeletions ?? false,
      startedAt: new Date(now).toISOString(),
    },
    state.broken,
  )
}

/** Only a sync of all models moves the schedule. */
function countStart(state: AccountState, mode: RunMode, now: number): void {
  state.starts = { full: mode === 'full' ? now : state.starts.full, delta: now }
}
