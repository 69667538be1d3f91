/** Words by which an invented person could be known; each stands at one place of what Gem sends about them. */
export const personalWords = [
  ...[
    'Zebulon',
    'Quillfeather',
    'Umbra Works',
    'Lampwright',
    'zq@example.com',
    '+1 555 0199',
    'in/zebulon-q',
  ],
  ...['stargazer', 'Vellum College', 'Tallow Guild', 'zq-resume.pdf', 'u-themself', 'novel-field-value'],
  ...['answers in ink', 'Attic Room 7', 'meet.example.com/zq', 'calendar-zq', 'Ilse Interviewer'],
]

/** The same inside of objects of which named fields stay. */
export const nestedWords = [
  ...['job-note-zq', 'stage-note-zq', 'source-note-zq', 'reason-note-zq', 'type-note-zq'],
  ...['step-note-zq', 'start-note-zq', 'last-activity-zq'],
]

interface Marks {
  readonly deleted_at?: string | null
}

/** The person as Gem's candidate, with an application and an interview; ids begin with the given one. */
export function personAsSent(id: string, { deleted_at }: Marks = {}) {
  const candidate = {
    ...{ id, first_name: 'Zebulon', last_name: 'Quillfeather', company: 'Umbra Works', title: 'Lampwright' },
    email_addresses: [{ type: 'personal', value: 'zq@example.com', is_primary: true }],
    phone_numbers: [{ type: 'mobile', value: '+1 555 0199' }],
    social_media_addresses: [{ value: 'https://www.linkedin.com/in/zebulon-q' }],
    tags: ['stargazer'],
    educations: [{ id: 'e1', school_name: 'Vellum College' }],
    employments: [{ id: 'e2', company_name: 'Tallow Guild' }],
    attachments: [{ filename: 'zq-resume.pdf', url: 'https://files.example.com/1', type: 'resume' }],
    linked_user_ids: ['u-themself'],
    a_new_field: { of: ['novel-field-value'] },
    last_activity: { on: 'last-activity-zq' },
    ...{ is_private: false, application_ids: [`${id}-a`] },
    ...{ created_at: '2025-01-01T00:00:00Z', updated_at: '2025-02-01T00:00:00Z' },
    ...(deleted_at ? { deleted_at } : {}),
  }
  const application = {
    ...{
      id: `${id}-a`,
      candidate_id: id,
      jobs: [{ id: 'j', name: 'Job', note: 'job-note-zq' }],
      status: 'rejected',
    },
    ...{ current_stage: { id: 's', name: 'Stage', by: { name: 'stage-note-zq' } } },
    source: { id: 'so', public_name: 'Job board', referrer: 'source-note-zq' },

    rejection_reason: {
      ...{ id: 'r', name: 'No match', note: 'reason-note-zq' },
      type: { id: 't', name: 'We rejected', comment: ['type-note-zq'] },
    },
    rejected_at: '2025-01-20T00:00:00Z',
    custom_fields: { question: 'answers in ink' },
    ...{ applied_at: '2025-01-02T00:00:00Z', last_activity_at: '2025-01-20T00:00:00Z' },
  }
  const interview = {
    ...{
      id: `${id}-i`,
      application_id: `${id}-a`,
      interview: { id: 'd', name: 'Phone screen', of: [{ at: 'step-note-zq' }] },
    },
    ...{
      start: { date_time: '2025-01-10T09:00:00Z', room: 'start-note-zq' },
      end: { date_time: '2025-01-10T10:00:00Z' },
    },
    ...{ location: 'Attic Room 7', video_conferencing_url: 'https://meet.example.com/zq' },
    ...{ external_event_id: 'calendar-zq', status: 'complete' },
    interviewers: [{ id: 'u', name: 'Ilse Interviewer', email: 'ilse@example.com' }],
    ...{ created_at: '2025-01-05T00:00:00Z', updated_at: '2025-01-05T00:00:00Z' },
  }
  return { candidate, application, interview }
}
