import type { MappingSettings } from '../mappers/model.ts'
import type { MainTable } from '../streams.ts'
import { durationMs } from './duration.ts'
import { type SettingKey, type SettingValue, settingDeclarations } from './setting-declarations.ts'
import { checkSetting } from './setting-value.ts'
import { flattenSettings } from './stored-settings.ts'

/** An account's settings, complete: what is not stored has its default. Durations as text and in milliseconds. */
export interface Settings extends MappingSettings {
  readonly schedule: {
    readonly deltaEvery: string
    readonly deltaEveryMs: number
    readonly fullEvery: string
    readonly fullEveryMs: number
  }
  readonly rate: {
    readonly requestsPerSecond: number
    readonly burst: number
    readonly maxInFlight: number
  }
  readonly paging: {
    readonly maxPerPage: number
    readonly overlap: string
    readonly overlapMs: number
  }
  readonly models: readonly MainTable[]
  readonly deletions: {
    readonly maxShare: number
    readonly minRows: number
  }
  readonly retention: {
    /** Null: never. */
    readonly afterDays: number | null
    readonly runsAfterDays: number
  }
}

/**
 * Completes and checks what `sync.accounts.settings` holds.
 *
 * @throws UserError that names an unknown key, or a bad value's key and what would be right.
 */
export function parseSettings(stored: unknown): Settings {
  const get = readerOf(stored)
  const deltaEvery = get('schedule.deltaEvery')
  const fullEvery = get('schedule.fullEvery')
  const overlap = get('paging.overlap')
  return {
    schedule: {
      deltaEvery,
      deltaEveryMs: durationMs(deltaEvery),
      fullEvery,
      fullEveryMs: durationMs(fullEvery),
    },
    rate: {
      requestsPerSecond: get('rate.requestsPerSecond'),
      burst: get('rate.burst'),
      maxInFlight: get('rate.maxInFlight'),
    },
    paging: { maxPerPage: get('paging.maxPerPage'), overlap, overlapMs: durationMs(overlap) },
    models: get('models'),
    jobBoard: get('jobBoard'),
    integrationFields: get('integrationFields'),
    deletions: { maxShare: get('deletions.maxShare'), minRows: get('deletions.minRows') },
    retention: { afterDays: get('retention.afterDays'), runsAfterDays: get('retention.runsAfterDays') },
  }
}

function readerOf(stored: unknown) {
  const flat = flattenSettings(stored)
  return <K extends SettingKey>(key: K): SettingValue<K> =>
    flat.has(key) ? checkSetting(key, flat.get(key)) : settingDeclarations[key].default
}
