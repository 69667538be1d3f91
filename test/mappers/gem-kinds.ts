import type { MainTable } from '../../src/streams.ts'

/** JSON types of Gem's mapped fields, written down once more from gem-api.md section 4. */
export type Kind = 'text' | 'flag' | 'number' | 'object' | 'list' | 'text or object'

const times = { created_at: 'text', updated_at: 'text', deleted_at: 'text' } as const

export const gemKinds: Record<MainTable, Readonly<Record<string, Kind>>> = {
  users: {
    name: 'text',
    first_name: 'text',
    last_name: 'text',
    primary_email_address: 'text',
    emails: 'list',
    disabled: 'flag',
    deleted_at: 'text',
  },
  jobs: {
    name: 'text',
    requisition_id: 'text',
    confidential: 'flag',
    status: 'text',
    is_template: 'flag',
    departments: 'list',
    offices: 'list',
    hiring_team: 'object',
    location_type: 'text',
    custom_fields: 'object',
    opened_at: 'text',
    closed_at: 'text',
    ...times,
  },
  job_postings: {
    id: 'text',
    title: 'text',
    job_id: 'text',
    active: 'flag',
    live: 'flag',
    first_published_at: 'text',
    content: 'text',
    internal_content: 'text',
    external: 'flag',
    internal: 'flag',
    listed: 'flag',
    ...times,
  },
  candidates: {
    first_name: 'text',
    last_name: 'text',
    company: 'text',
    title: 'text',
    is_private: 'flag',
    email_addresses: 'list',
    phone_numbers: 'list',
    social_media_addresses: 'list',
    tags: 'list',
    educations: 'list',
    employments: 'list',
    linked_user_ids: 'list',
    ...times,
  },
  application_stages: {
    name: 'text',
    job_id: 'text',
    priority: 'number',
    active: 'flag',
    interviews: 'list',
    deleted_at: 'text',
  },
  applications: {
    candidate_id: 'text',
    jobs: 'list',
    job_post_id: 'text',
    status: 'text',
    current_stage: 'object',
    rejection_reason: 'object',
    source: 'object',
    credited_to: 'text or object',
    custom_fields: 'object',
    applied_at: 'text',
    rejected_at: 'text',
    last_activity_at: 'text',
    deleted_at: 'text',
  },
  interviews: {
    application_id: 'text',
    interview: 'object',
    job_stage_interview_item_id: 'text',
    start: 'object',
    end: 'object',
    interviewers: 'list',
    ...times,
  },
}

/** A value of each JSON type, with the kinds of fields that take it. */
export const samples: readonly { readonly value: unknown; readonly kinds: readonly Kind[] }[] = [
  { value: 'a', kinds: ['text', 'text or object'] },
  { value: true, kinds: ['flag'] },
  { value: 7, kinds: ['number'] },
  { value: 0.5, kinds: ['number'] },
  { value: {}, kinds: ['object', 'text or object'] },
  { value: [], kinds: ['list'] },
]
