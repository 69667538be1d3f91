import {
  garbage,
  hostileIds,
  impossibleIds,
  type Json,
  longText,
  orderingTimes,
  texts,
  unreachableTime,
  unreadableTimes,
} from './pools.ts'
import type { Random } from './random.ts'
import { twice, variants } from './variants.ts'

const shown = { live: true, active: true, external: true, internal: false, listed: true }

export function jobPosts(random: Random): unknown[] {
  return [
    ...competing(),
    ...flagged(),
    ...named(),
    ...hostileIds.map((id) => randomPost(id, random)),
    ...Array.from({ length: 15 }, (_, n) => randomPost(`p-random-${n}`, random)),
    ...impossibleIds.map((id) => ({ id, ...shown, title: 'Impossible', job_id: 'j-bare' })),
    ...variants('p-wrong', { ...shown, title: 'Wrong', job_id: 'j-bare', content: 'wrong' }, wrong),
    ...twice(
      'p',
      { ...shown, title: 'First', job_id: 'j-draft', content: 'first' },
      { title: 'Second', job_id: 'j-pending', live: false },
      { title: 5, job_id: 'j-draft' },
    ),
    ...garbage,
  ]
}

/** Postings of one job of which exactly one is the most recent live and active one. */
function competing(): Json[] {
  const t = (day: number): string => `2026-05-0${day}T00:00:00Z`
  const rows: [string, string, Json][] = [
    ['j-main', 'old', { first_published_at: t(1), updated_at: t(9) }],
    ['j-main', 'newest', { first_published_at: '2026-05-03T01:00:00+02:00', content: ' <p>newest</p> ' }],
    ['j-main', 'newer but off', { first_published_at: t(5), live: false }],
    ['j-main', 'newer but inactive', { first_published_at: t(5), active: false }],
    ['j-main', 'newer but deleted', { first_published_at: t(5), deleted_at: t(6) }],
    ['j-main', 'newer but deleted some day', { first_published_at: t(5), deleted_at: 'some day' }],
    ['j-main', 'never published', { first_published_at: null, updated_at: t(9) }],
    ['j-plan', 'tie, older update', { first_published_at: t(2), updated_at: t(3), created_at: t(3) }],
    ['j-plan', 'tie, newer update', { first_published_at: t(2), updated_at: t(4), created_at: t(1) }],
    ['j-plan', 'tie, no update', { first_published_at: t(2), updated_at: null, created_at: t(9) }],
    ['j-other', 'tie up to id: A', { first_published_at: t(2), created_at: t(1) }],
    [
      'j-other',
      'tie up to id: a',
      { first_published_at: t(2), created_at: t(1), external: false, internal: true },
    ],
    ['j-other', 'tie up to id: B', { first_published_at: t(2), created_at: t(1) }],
    ['j-deleted', 'of a deleted job', { content: null, internal_content: ' internal ' }],
    ['j-template', 'without text', { content: '  ', internal_content: '' }],
    ['j-unknown', 'unlisted', { listed: false, content: longText }],
    ['j-unreadable', 'without flags', { external: null, internal: undefined, listed: undefined }],
    ['j-nobody-knows', 'waits', {}],
    ['j-wrong-0', 'of a rejected job', {}],
  ]
  return rows.map(([job_id, title, change]) => ({
    ...shown,
    id: `p ${title}`,
    job_id,
    title,
    content: title,
    ...change,
  }))
}

/** Every combination of the three flags, live or not; no job shows them. */
function flagged(): Json[] {
  const values = [true, false, null, undefined]
  const posts: Json[] = []
  for (const external of values)
    for (const internal of values)
      for (const [listed, live] of [
        [true, true],
        [false, false],
        [null, true],
        [undefined, false],
      ] as const) {
        const flagless = (external ?? internal ?? null) === null
        posts.push({
          id: `p-flags-${posts.length}`,
          external,
          internal,
          listed: flagless ? null : listed,
          live,
          active: true,
        })
      }
  return posts
}

function named(): Json[] {
  return [
    { id: 'p-bare' },
    {
      id: 'p-draft',
      active: true,
      live: false,
      first_published_at: null,
      job_id: 'j-main',
      title: ' Draft ',
    },
    { id: 'p-off', active: true, live: false, first_published_at: '2026-01-01', job_id: null },
    { id: 'p-active-absent', live: true, first_published_at: '2026-01-01' },
    { id: 'p-inactive', active: false, live: true, title: 'nul\u0000 lone\ud800', content: '<p>\u0000</p>' },
    { id: 'p-unmapped', url: 5, location: [], questions: 'x', language: {}, title: 'Unmapped' },
    { id: 'p-unreachable', title: 'Before PostgreSQL', updated_at: unreachableTime },
    { id: 'p-not-live-null', live: null, active: null, external: true },
  ]
}

function randomPost(id: string, random: Random): Json {
  const times = [...orderingTimes, ...orderingTimes, ...unreadableTimes, null]
  return {
    id,
    job_id: random.pick([...hostileIds, ...hostileIds, 'j-office-0', 'j-team-0', 'j-nobody-knows', null]),
    title: random.pick(texts),
    content: random.pick([...texts, null]),
    internal_content: random.pick(texts),
    live: random.pick([true, true, false]),
    active: random.pick([true, true, false]),
    external: random.pick([true, true, false]),
    internal: random.pick([true, false]),
    listed: random.pick([true, false, null]),
    first_published_at: random.pick([...orderingTimes, null]),
    created_at: random.pick(times),
    updated_at: random.pick(times),
    ...(random.chance(0.15) ? { deleted_at: random.pick(times) } : {}),
  }
}

const wrong: Json[] = [
  ...[
    { title: 5 },
    { title: {} },
    { content: 5 },
    { content: ['x'] },
    { content: null, internal_content: {} },
  ],
  ...[
    { active: 'true' },
    { live: 1 },
    { live: 'true' },
    { external: 'yes' },
    { internal: 0 },
    { listed: 'no' },
  ],
  ...[{ first_published_at: 5 }, { job_id: 5 }, { job_id: ['j-bare'] }, { job_id: { id: 'j-bare' } }],
  ...[{ created_at: 5 }, { updated_at: {} }, { deleted_at: false }],
]
