import { exactNumber } from '../oracle/exact-json.ts'
import {
  garbage,
  hostileIds,
  impossibleIds,
  type Json,
  longText,
  readableTimes,
  texts,
  unreadableTimes,
} from './pools.ts'
import type { Random } from './random.ts'
import { twice, variants } from './variants.ts'

const item = (id: string | null, itemId: string | null): Json => ({
  id,
  name: 'Talk',
  job_stage_interview_item_id: itemId,
})
const deletedItem = (id: string, itemId: string): Json => ({ ...item(id, itemId), deleted_at: '2026-01-01' })

export function jobStages(random: Random): unknown[] {
  return [
    ...planned(),
    ...ordered(),
    ...hostileIds.map((id) => randomStage(id, random)),
    ...Array.from({ length: 15 }, (_, n) => randomStage(`st-random-${n}`, random)),
    ...impossibleIds.map((id) => ({ id, name: 'Impossible', job_id: 'j-main' })),
    ...variants('st-wrong', { name: 'Wrong', job_id: 'j-main', priority: 1 }, wrong),
    ...twice(
      'st',
      { name: 'First', job_id: 'j-other', priority: 1 },
      { name: 'Second', job_id: 'j-main', priority: 3, active: false },
      { name: 5, job_id: 'j-main' },
    ),
    ...garbage,
  ]
}

/** The stages of `j-plan`; what is planned in them decides where interviews stand. */
function planned(): Json[] {
  const stages: Json[] = [
    {
      id: 'st-p1',
      interviews: [item('d-unique', 'it-1'), null, item('d-twice', 'it-4'), item('d-twice', 'it-5')],
    },
    {
      id: 'st-p2',
      interviews: [item('d-shared', 'it-2'), item(null, 'it-no-id'), deletedItem('d-del', 'it-del')],
    },
    {
      id: 'st-p3',
      interviews: [item('d-shared', 'it-3'), item('d-x', null), item('__proto__', '__proto__')],
    },
    { id: 'st-p-inactive', active: false, interviews: [item('d-inactive', 'it-inactive')] },
    { id: 'st-p-deleted', deleted_at: '2026-02-02', interviews: [item('d-gone', 'it-in-deleted')] },
    { id: 'st-p-unreadable', deleted_at: 'long ago', interviews: [item('d-gone-2', 'it-in-unreadable')] },
  ]
  return [
    ...stages.map((stage, n) => ({ ...stage, name: `P${n}`, job_id: 'j-plan', priority: n })),
    {
      id: 'st-elsewhere',
      job_id: 'j-other',
      interviews: [item('d-unique', 'it-other'), item('d-x', 'it-x')],
    },
    { id: 'st-homeless', job_id: null, interviews: [item('d-homeless', 'it-homeless')] },
    { id: 'st-unknown-job', job_id: 'j-nobody-knows', name: 'Waits', priority: 0 },
    { id: 'st-rejected-job', job_id: 'j-wrong-0', interviews: null },
    { id: 'st-deleted-job', job_id: 'j-deleted', priority: 2, interviews: [] },
  ]
}

/** The stages of `j-main`: ties, no priority, negative priority, the ends of PostgreSQL's integers. */
function ordered(): Json[] {
  const priorities: [string, unknown][] = [
    ...([
      ['st-m-tie-b', 1],
      ['st-m-tie-a', 1],
      ['st-m-tie-B', 1],
      ['st-m-tie-é', 1],
      ['st-m-tie-z', 1],
    ] as const),
    ...([
      ['st-m-none-b', null],
      ['st-m-none-a', null],
      ['st-m-zero', 0],
      ['st-m-negative', -5],
    ] as const),
    ...([
      ['st-m-last', 2_147_483_647],
      ['st-m-first', -2_147_483_648],
      ['st-m-tie-🦄', 1],
      ['st-m-tie-\uFFFD', 1],
    ] as const),
  ].map(([id, priority]) => [String(id), priority])
  priorities.push(...unfitting)
  return [
    ...priorities.map(([id, priority]) => ({ id, job_id: 'j-main', priority, active: true, name: ' M ' })),
    { id: 'st-m-absent', job_id: 'j-main' },
    { id: 'st-m-null-active', job_id: 'j-main', active: null, priority: 2, name: longText },
    { id: 'st-m-inactive', job_id: 'j-main', active: false, priority: 0 },
    { id: 'st-m-deleted', job_id: 'j-main', priority: 0, deleted_at: '2026-01-01T00:00:00Z' },
    { id: 'st-m-both', job_id: 'j-main', priority: 0, active: false, deleted_at: 'unreadable' },
    { id: 'st-m-unmapped', job_id: 'j-main', priority: 5, created_at: 1, updated_at: {}, milestone: [] },
  ]
}

/** Numbers that order although no `integer` holds them. */
const unfitting: [string, unknown][] = [
  ['st-m-half', 1.5],
  ['st-m-hair', exactNumber('1.00000000000000000000001')],
  ['st-m-two-hairs', exactNumber('1.00000000000000000000002')],
  ['st-m-beyond', 2_147_483_648],
  ['st-m-below', -2_147_483_649],
  ['st-m-big', exactNumber('12345678901234567890')],
  ['st-m-big-plus-one', exactNumber('12345678901234567891')],
  ['st-m-huge', exactNumber('1e400')],
]

function randomStage(id: string, random: Random): Json {
  return {
    id,
    name: random.pick(texts),
    job_id: random.pick([...hostileIds, 'j-other', 'j-deleted', 'j-template', null]),
    priority: random.pick([0, 1, 1, 2, 3, null]),
    active: random.pick([true, true, true, false, null]),
    created_at: random.pick(readableTimes),
    ...(random.chance(0.15) ? { deleted_at: random.pick([...readableTimes, ...unreadableTimes, null]) } : {}),
    interviews: random.pick([[], null, [item(`d-of-${id}`, `it-of-${id}`), null]]),
  }
}

const wrong: Json[] = [
  ...[{ name: 5 }, { name: {} }, { priority: '1' }, { priority: true }, { active: 'yes' }, { active: 1 }],
  ...[
    { job_id: 5 },
    { job_id: { id: 'j-main' } },
    { deleted_at: 5 },
    { interviews: {} },
    { interviews: 'x' },
  ],
  ...[{ interviews: ['x'] }, { interviews: [{ id: 5, job_stage_interview_item_id: 'it-rejected' }] }],
  ...[{ interviews: [{ id: 'd', job_stage_interview_item_id: 5 }] }],
]
