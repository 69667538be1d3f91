import type { Settings } from '../accounts/settings.ts'
import type { Rate } from '../database/rate-limit.ts'
import type { MappingSettings } from '../mappers/model.ts'

/** What of an account's settings a slice works by. */
export interface SyncSettings extends MappingSettings {
  readonly maxPerPage: number
  readonly overlapMs: number
  readonly rate: Rate
  readonly deletions: { readonly maxShare: number; readonly minRows: number }
}

export function syncSettingsOf(settings: Settings): SyncSettings {
  return {
    jobBoard: settings.jobBoard,
    integrationFields: settings.integrationFields,
    maxPerPage: settings.paging.maxPerPage,
    overlapMs: settings.paging.overlapMs,
    deletions: settings.deletions,
    rate: { perSecond: settings.rate.requestsPerSecond, burst: settings.rate.burst },
  }
}
