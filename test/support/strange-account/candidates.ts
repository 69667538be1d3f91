import { contactCases } from './contacts.ts'
import { applicationsEmbeddedIn } from './embedded.ts'
import {
  garbage,
  hostileIds,
  impossibleIds,
  type Json,
  longText,
  readableTimes,
  texts,
  unreachableTime,
  unreadableTimes,
} from './pools.ts'
import type { Random } from './random.ts'
import { twice, variants } from './variants.ts'

/** @param applications the list of applications, of which candidates embed copies. */
export function candidates(random: Random, applications: unknown[]): unknown[] {
  const wellFormed = [
    ...named(),
    ...contactCases().map((contact, n) => ({ id: `c-contact-${n}`, ...contact })),
    ...hostileIds.map((id) => randomCandidate(id, random)),
    ...Array.from({ length: 15 }, (_, n) => randomCandidate(`c-random-${n}`, random)),
  ]
  return [
    ...wellFormed.map((candidate) => ({
      ...candidate,
      ...applicationsEmbeddedIn(candidate.id, applications),
    })),
    ...impossibleIds.map((id) => ({ id, first_name: 'Impossible' })),
    ...variants('c-wrong', { first_name: 'Wrong', applications: [] }, wrong),
    ...twice('c', { first_name: 'First', is_private: true }, { first_name: 'Second' }, { first_name: 5 }),
    ...garbage,
  ]
}

type Candidate = Json & { id: string }

function named(): Candidate[] {
  const ofApplications = [
    ...[
      'tie',
      'null-applied',
      'unreadable-applied',
      'deleted-first',
      'unreadable-deleted-first',
      'all-deleted',
    ],
    ...['blank-source', 'no-source', 'source-null-name', 'bytes', 'prospect', 'holder', 'other-holder'],
    ...['merged-winner', 'embedding', 'malformed-embedded', 'no-applications', 'offsets'],
  ]
  return [
    ...ofApplications.map((name) => ({ id: `c-${name}`, first_name: name })),
    { id: 'c-merged-loser', first_name: 'Loser', deleted_at: '2026-04-01T00:00:00Z' },
    { id: 'c-bare' },
    { id: 'c-unreadable', first_name: 'Unreadable', deleted_at: 'some day', is_private: false },
    {
      id: 'c-nulls',
      tags: null,
      educations: null,
      employments: null,
      linked_user_ids: null,
      is_private: null,
    },
    {
      id: 'c-null-elements',
      tags: [null, ' kept as sent ', '', 'nul\u0000', 'lone\ud800'],
      educations: [null],
    },
    {
      id: 'c-history',
      educations: [
        { id: 'e', school_name: ' MIT ', start_date: 'never', degree: null, nested: { deep: [null, {}] } },
      ],
      employments: [{ company_name: 'nul\u0000', title: '', end_date: null }, null],
      linked_user_ids: ['u-alive', 'u-unknown', null],
    },
    {
      id: 'c-unmapped',
      attachments: 'x',
      last_activity: 5,
      application_ids: {},
      source: 5,
      phone: {},
      photo: [],
    },
    {
      id: 'c-attachments',
      attachments: [{ url: 'https://files.example.com/x?sig=1', filename: 'cv.pdf', type: 5 }],
    },
    { id: 'c-long', first_name: longText, title: longText, tags: [longText] },
    { id: 'c-unreachable', first_name: 'Before PostgreSQL', updated_at: unreachableTime },
  ]
}

function randomCandidate(id: string, random: Random): Candidate {
  const times = [...readableTimes, ...readableTimes, ...unreadableTimes, null]
  return {
    id,
    first_name: random.pick(texts),
    last_name: random.pick([...texts, null]),
    company: random.pick(texts),
    title: random.pick(texts),
    is_private: random.pick([true, false, null]),
    tags: [random.pick(texts), random.pick(texts)],
    created_at: random.pick(times),
    updated_at: random.pick(times),
    last_activity: random.pick(times),
    ...(random.chance(0.7) ? random.pick(contactCases()) : {}),
    ...(random.chance(0.15) ? { deleted_at: random.pick(times) } : {}),
  }
}

const wrong: Json[] = [
  ...[{ first_name: 5 }, { last_name: {} }, { company: 5 }, { company: { name: 'x' } }, { title: [] }],
  ...[{ is_private: 'true' }, { is_private: 0 }, { tags: 'x' }, { tags: {} }, { educations: {} }],
  ...[{ employments: 'x' }, { linked_user_ids: 'u-alive' }, { linked_user_ids: {} }],
  ...[{ phone_numbers: {} }, { phone_numbers: ['123'] }, { phone_numbers: [{ value: 123 }] }],
  ...[{ phone_numbers: [{ value: '123', type: 5 }] }, { email_addresses: 'a@b.cd' }],
  ...[{ email_addresses: ['a@b.cd'] }, { email_addresses: [{ value: 5 }] }],
  ...[{ email_addresses: [{ value: 'a@b.cd', type: {} }] }],
  ...[{ email_addresses: [{ value: 'a@b.cd', is_primary: 'yes' }] }],
  ...[
    { social_media_addresses: {} },
    { social_media_addresses: ['@x'] },
    { social_media_addresses: [{ value: 5 }] },
  ],
  ...[{ created_at: 1_767_225_600 }, { updated_at: {} }, { deleted_at: true }],
]
