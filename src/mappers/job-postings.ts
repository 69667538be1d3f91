import { z } from 'zod'
import { oneOf, text as textColumn, time as timeColumn } from './columns.ts'
import { gemFlag, gemRecord, gemText, gemTime } from './gem-fields.ts'
import { defineModel, type MappingSettings } from './model.ts'
import { deletionMark, text, time } from './values.ts'

/** What a job's description and URL need to know of its postings, besides their rows. */
export interface JobPostFacts {
  readonly job: string | null
  readonly first_published_at: string | null
}

/** Source: GET /ats/v0/job_posts/ (gem-api.md 4.4). */
export const jobPostings = defineModel({
  table: 'job_postings',
  comment: 'Postings of jobs on the public and the internal job board',
  gem: gemRecord({
    id: z.string(),
    title: gemText,
    job_id: gemText,
    active: gemFlag,
    live: gemFlag,
    first_published_at: gemTime,
    content: gemText,
    internal_content: gemText,
    external: gemFlag,
    internal: gemFlag,
    listed: gemFlag,
    created_at: gemTime,
    updated_at: gemTime,
    deleted_at: gemTime,
  }),
  columns: {
    title: textColumn('Title on the board'),
    description_html: textColumn('HTML of the public posting, else that of the internal one'),
    status: oneOf('ACTIVE: live. DRAFT: never published. INACTIVE: deleted, archived or no longer live', [
      'ACTIVE',
      'INACTIVE',
      'DRAFT',
    ]),
    visibility: oneOf('UNLISTED: public for those who have the link', ['PUBLIC', 'INTERNAL', 'UNLISTED']),
    url: textColumn("Public URL; null unless the account's setting jobBoard names its board"),
    remote_created_at: timeColumn('When it was created in Gem'),
    remote_updated_at: timeColumn('When it was last updated, according to Gem'),
  },
  references: { job_id: 'jobs' },
  derived: {},
  whenGone: { status: 'INACTIVE' },
}).mappedBy((posting, context) => {
  const deleted = deletionMark(posting.deleted_at, context)
  const visibility = visibilityOf(posting)
  const job = context.reference(posting.job_id)
  const facts: JobPostFacts = {
    job,
    first_published_at: time(posting.first_published_at, 'first_published_at', context),
  }
  return {
    deleted,
    columns: {
      title: text(posting.title),
      description_html: text(posting.content) ?? text(posting.internal_content),
      status: deleted === null ? statusOf(posting) : 'INACTIVE',
      visibility,
      url: visibility === 'PUBLIC' || visibility === 'UNLISTED' ? urlOf(posting.id, context.settings) : null,
      remote_created_at: time(posting.created_at, 'created_at', context),
      remote_updated_at: time(posting.updated_at, 'updated_at', context),
    },
    references: { job_id: job },
    facts,
    pairs: [],
  }
})

type Flags = Partial<
  Record<'active' | 'live' | 'external' | 'internal' | 'listed', boolean | null | undefined>
>

function statusOf(posting: Flags & { first_published_at?: string | null | undefined }) {
  if (posting.active === false) return 'INACTIVE'
  if (posting.live === true) return 'ACTIVE'
  return text(posting.first_published_at) === null ? 'DRAFT' : 'INACTIVE'
}

/** The flags are younger than the API: without both of them, what is live is taken to be public. */
function visibilityOf({ external, internal, listed, live }: Flags) {
  if (typeof external !== 'boolean' && typeof internal !== 'boolean') return live === true ? 'PUBLIC' : null
  if (external === true) return listed === false ? 'UNLISTED' : 'PUBLIC'
  return internal === true ? 'INTERNAL' : null
}

/** Gem's ATS lists carry no URL; that of a board's page is made of its path and the posting's id. */
function urlOf(id: string, { jobBoard }: MappingSettings): string | null {
  if (jobBoard === null) return null
  return `https://jobs.gem.com/${encodeURIComponent(jobBoard)}/${encodeURIComponent(id)}`
}
