import { flag, idOf, readRecord, text, time } from './shape.ts'
import type { GemRecord, Row } from './types.ts'

export type Posting = GemRecord & {
  jobId: string | null
  own: Row
  /** Live, active and not deleted: it can lend its job a description. */
  chosenFrom: boolean
  times: { first_published_at: Date | null; updated_at: Date | null; created_at: Date | null }
}

export function readPosting(raw: unknown): Posting {
  const record = readRecord(raw)
  const live = flag(record.raw, 'live') === true
  const active = flag(record.raw, 'active') !== false
  const deleted = record.deletedAt !== null
  const times = {
    first_published_at: time(record.raw, 'first_published_at'),
    updated_at: time(record.raw, 'updated_at'),
    created_at: time(record.raw, 'created_at'),
  }
  const content = text(record.raw, 'content')
  const internalContent = text(record.raw, 'internal_content')
  const own = {
    title: text(record.raw, 'title'),
    description_html: content ?? internalContent,
    status: status(deleted || !active, live, times.first_published_at),
    visibility: visibility(record.raw, live),
    remote_created_at: times.created_at,
    remote_updated_at: times.updated_at,
  }
  return { ...record, jobId: idOf(record.raw, 'job_id'), own, chosenFrom: live && active && !deleted, times }
}

function status(gone: boolean, live: boolean, firstPublishedAt: Date | null): string {
  if (gone) return 'INACTIVE'
  if (live) return 'ACTIVE'
  return firstPublishedAt === null ? 'DRAFT' : 'INACTIVE'
}

function visibility(raw: GemRecord['raw'], live: boolean): string | null {
  const internal = flag(raw, 'internal')
  const external = flag(raw, 'external')
  const listed = flag(raw, 'listed')
  if (internal === null && external === null) return live ? 'PUBLIC' : null
  if (internal === true && external !== true) return 'INTERNAL'
  if (external === true && listed === false) return 'UNLISTED'
  return external === true ? 'PUBLIC' : null
}

export function postingUrl(posting: Posting, jobBoard: string | null): string | null {
  const reachable = posting.own.visibility === 'PUBLIC' || posting.own.visibility === 'UNLISTED'
  if (jobBoard === null || !reachable) return null
  return `https://jobs.gem.com/${jobBoard}/${encodeURIComponent(posting.remoteId)}`
}
