import type { Settings } from '../accounts/settings.ts'
import type { Rate } from '../database/rate-limit.ts'
import type { MappingSettings } from '../mappers/model.ts'

/** What of an account's settings a slice works by. */
export interface SyncSettings extends MappingSettings {
  readonly maxPerPage: number
  /** Rows after which a list is taken for one without an end, where Gem sends no total. */
  readonly mostRows: number
  readonly overlapMs: number
  readonly rate: Rate
  readonly deletions: { readonly maxShare: number; readonly minRows: number }
}

/** Far above what one company's account holds; an endless list has cost 20,000 calls by then, and costs no more. */
const mostRows = 10_000_000

export function syncSettingsOf(settings: Settings): SyncSettings {
  return {
    jobBoard: settings.jobBoard,
    integrationFields: settings.integrationFields,
    maxPerPage: settings.paging.maxPerPage,
    mostRows,
    overlapMs: settings.paging.overlapMs,
    deletions: settings.deletions,
    rate: { perSecond: settings.rate.requestsPerSecond, burst: settings.rate.burst },
  }
}
