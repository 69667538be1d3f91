import {
  customFields,
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

export function applications(random: Random): unknown[] {
  return [
    ...initial(),
    ...ofJobs(),
    ...embeddedElsewhere(),
    ...named(),
    ...customFields.map((custom_fields, n) => ({
      id: `a-custom-${n}`,
      candidate_id: 'c-tie',
      applied_at: null,
      custom_fields,
    })),
    ...hostileIds.map((id) => randomApplication(id, random)),
    ...Array.from({ length: 25 }, (_, n) => randomApplication(`a-random-${n}`, random)),
    ...impossibleIds.map((id) => ({
      id,
      candidate_id: 'c-no-applications',
      source: { public_name: 'Impossible' },
    })),
    ...variants(
      'a-wrong',
      { candidate_id: 'c-no-applications', applied_at: '2020-01-01', status: 'active' },
      wrong,
    ),
    ...twice(
      'a',
      { status: 'active', candidate_id: 'c-unmapped', source: { public_name: 'First' } },
      { status: 'hired', candidate_id: 'c-no-applications', source: { public_name: 'Second' } },
      { status: 5 },
    ),
    ...garbage,
  ]
}

/** Candidates with several applications: which one is the initial one. */
function initial(): Json[] {
  const rows: [string, string, string | null, string | null, Json][] = [
    ['tie', 'a-tie-b', '2026-01-01', 'b', {}],
    ['tie', 'a-tie-a', '2026-01-01T01:00:00+01:00', 'a', {}],
    ['tie', 'a-tie-0', '2026-01-01T00:00:00.001Z', 'later', {}],
    ['bytes', 'a-bytes-a', '2026-01-01', 'a', {}],
    ['bytes', 'a-bytes-B', '2026-01-01', 'B', {}],
    ['bytes', 'a-bytes-\u00e9', '2026-01-01', 'é', {}],
    ['null-applied', 'a-null-0', null, 'null', {}],
    ['null-applied', 'a-null-1', '2026-06-01', 'known', {}],
    ['unreadable-applied', 'a-unreadable-0', 'not a date', 'unreadable', {}],
    ['unreadable-applied', 'a-unreadable-1', null, 'null', {}],
    ['deleted-first', 'a-deleted-0', '2026-01-01', 'deleted', { deleted_at: '2026-02-01' }],
    ['deleted-first', 'a-deleted-1', '2026-03-01', ' alive ', {}],
    ['deleted-first', 'a-deleted-2', '2026-04-01', 'alive later', {}],
    ['unreadable-deleted-first', 'a-undel-0', '2026-01-01', 'deleted', { deleted_at: 'some day' }],
    ['unreadable-deleted-first', 'a-undel-1', null, 'alive', {}],
    ['all-deleted', 'a-alldel-1', '2026-02-01', 'later', { deleted_at: '2026-02-01' }],
    ['all-deleted', 'a-alldel-0', '2026-01-01', 'earliest', { deleted_at: '2026-03-01' }],
    ['blank-source', 'a-blank-0', '2026-01-01', '  ', {}],
    ['blank-source', 'a-blank-1', '2026-02-01', 'not this one', {}],
    ['no-source', 'a-nosource-0', '2026-01-01', null, { source: null }],
    ['no-source', 'a-nosource-1', '2026-02-01', 'not this one', {}],
    ['source-null-name', 'a-nullname-0', '2026-01-01', null, {}],
    ['source-null-name', 'a-nullname-1', null, 'not this one', {}],
    ['offsets', 'a-offset-0', '2026-01-01T00:30:00+02:00', 'earlier, though the text is greater', {}],
    ['offsets', 'a-offset-1', '2025-12-31T23:00:00Z', 'later', {}],
  ]
  return rows.map(([candidate, id, applied_at, public_name, change]) => ({
    id,
    candidate_id: `c-${candidate}`,
    applied_at,
    status: 'active',
    jobs: [{ id: 'j-main', name: 'Engineer' }],
    source: { id: 's1', public_name },
    ...change,
  }))
}

const stage = (id: string): Json => ({ id, name: 5 })
const jobList = (...ids: string[]): Json[] => ids.map((id) => ({ id, name: ' As sent ' }))

function ofJobs(): Json[] {
  const changes: Json[] = [
    { jobs: [] },
    { jobs: null, current_stage: null },
    { current_stage: stage('st-p1') },
    { jobs: jobList('j-main'), current_stage: stage('st-p1') },
    { jobs: jobList('j-main', 'j-plan'), current_stage: stage('st-p1') },
    { jobs: jobList('j-main', 'j-plan'), current_stage: stage('st-p-deleted') },
    { jobs: jobList('j-main', 'j-plan'), current_stage: stage('st-elsewhere') },
    { jobs: jobList('j-other', 'j-plan'), current_stage: stage('st-nobody-knows') },
    { jobs: jobList('j-other', 'j-plan') },
    { jobs: jobList('j-nobody-knows', 'j-plan'), current_stage: stage('st-m-zero') },
    { jobs: jobList('j-nobody-knows', 'j-plan'), current_stage: stage('st-p2') },
    { jobs: jobList('j-main', 'j-deleted', 'j-plan'), current_stage: stage('st-deleted-job') },
    { jobs: jobList('j-other', 'j-plan'), current_stage: stage('st-homeless') },
    { jobs: jobList('j-other', 'j-plan'), current_stage: stage('st-wrong-0') },
    { jobs: jobList('j-nobody-knows'), current_stage: stage('st-unknown-job') },
    { jobs: jobList('j-deleted'), current_stage: stage('st-deleted-job') },
    { jobs: jobList('j-wrong-0'), current_stage: stage('st-wrong-0') },
    { jobs: jobList('j-template') },
    { jobs: [null, ...jobList('j-plan'), null], current_stage: stage('st-m-zero') },
    { jobs: [null, ...jobList('j-main'), ...jobList('j-plan')], current_stage: {} },
    { jobs: jobList('j-plan'), current_stage: stage('st-p3') },
  ]
  return changes.map((change, n) => ({
    id: `a-jobs-${n}`,
    candidate_id: 'c-prospect',
    status: 'active',
    ...change,
  }))
}

/** What the list says of applications that candidates embed differently (embedded.ts). */
function embeddedElsewhere(): Json[] {
  return [
    { id: 'a-embedded-then-listed', candidate_id: 'c-holder', status: 'active', applied_at: '2026-06-01' },
    { id: 'a-merged', candidate_id: 'c-merged-winner', status: 'active', source: { public_name: 'After' } },
    { id: 'a-embedded-newer', candidate_id: 'c-embedding', status: 'hired', last_activity_at: '2026-01-01' },
    { id: 'a-embedded-older', candidate_id: 'c-embedding', status: 'hired', last_activity_at: '2026-01-01' },
    { id: 'a-list-is-wrong', candidate_id: 'c-embedding', status: 5 },
    { id: 'a-malformed-but-listed', candidate_id: 'c-malformed-embedded', status: 'hired' },
  ]
}

function named(): Json[] {
  const reason = { id: 'r', name: ' Too slow ', type: { id: 't', name: ' They dropped out ' } }
  const changes: Json[] = [
    {
      status: 'rejected',
      rejected_at: '2026-03-01T10:00:00Z',
      rejection_reason: reason,
      source: { id: 's2' },
    },
    { status: 'active', rejected_at: '2026-03-01T10:00:00Z', rejection_reason: reason },
    { status: 'no such status', rejected_at: '2026-03-01', rejection_reason: { ...reason, type: null } },
    { status: 'rejected', rejected_at: 'unreadable', rejection_reason: { name: '  ', type: { name: '' } } },
    { status: 'rejected', rejection_reason: null },
    { status: 'Hired', credited_to: 'u-alive', job_post_id: 'p-bare' },
    { status: null, credited_to: { id: 'u-deleted', name: 5, email: [] }, job_post_id: 'p-nobody-knows' },
    { credited_to: { name: 'Nobody' }, source: {}, rejection_reason: {}, custom_fields: null },
    {
      credited_to: null,
      recruiter: 5,
      coordinator: [],
      sourcer: 'x',
      created_at: 1,
      updated_at: {},
      answers: [],
    },
    { source: { id: 's\u{1F984}', public_name: 'nul\u0000 lone\ud800' }, deleted_at: '2026-01-01T00:00:00Z' },
    { source: { public_name: longText }, current_stage: { id: 'st-m-deleted', entered_at: 5 } },
    { candidate_id: 'c-nobody-knows' },
    { candidate_id: 'c-wrong-0' },
    { candidate_id: null },
    { candidate_id: 'c-unreadable', deleted_at: 'some day' },
    { applied_at: unreachableTime },
  ]
  return changes.map((change, n) => ({
    id: `a-named-${n}`,
    candidate_id: 'c-history',
    applied_at: null,
    ...change,
  }))
}

function randomApplication(id: string, random: Random): Json {
  const times = [...orderingTimes, ...orderingTimes, ...unreadableTimes, null]
  return {
    id,
    candidate_id: random.pick([...hostileIds, 'c-random-0', 'c-random-1', 'c-long']),
    jobs: jobList(random.pick([...hostileIds, 'j-plan', 'j-main', 'j-deleted', 'j-nobody-knows'])),
    status: random.pick(['active', 'hired', 'rejected', 'paused', null]),
    current_stage: random.pick([null, stage(random.pick(hostileIds)), stage('st-p2'), stage('st-m-tie-a')]),
    applied_at: random.pick(times),
    rejected_at: random.pick(times),
    last_activity_at: random.pick(times),
    source: random.pick([null, { id: 's1', public_name: random.pick(texts) }]),
    rejection_reason: random.pick([
      null,
      { id: 'r', name: random.pick(texts), type: { name: random.pick(texts) } },
    ]),
    custom_fields: random.pick([...customFields.slice(0, 8), null]),
    ...(random.chance(0.25) ? { deleted_at: random.pick(times) } : {}),
  }
}

const wrong: Json[] = [
  ...[{ candidate_id: 5 }, { candidate_id: {} }, { jobs: {} }, { jobs: 'j-main' }, { jobs: ['j-main'] }],
  ...[{ jobs: [{ id: 5 }] }, { job_post_id: 5 }, { status: 5 }, { current_stage: 'st-p1' }],
  ...[{ current_stage: { id: 5 } }, { applied_at: 5 }, { status: 'rejected', rejected_at: 5 }],
  ...[{ last_activity_at: {} }, { status: 'rejected', rejection_reason: 'x' }],
  ...[{ status: 'rejected', rejection_reason: { name: 5 } }, { rejection_reason: { name: 'x', type: 'y' } }],
  ...[{ rejection_reason: { type: { name: 5 } } }, { source: 'LinkedIn' }, { source: { public_name: 5 } }],
  ...[{ source: { id: 5, public_name: 'x' } }, { credited_to: 5 }, { credited_to: { id: 5 } }],
  ...[{ credited_to: ['u-alive'] }, { custom_fields: 'x' }, { custom_fields: [] }, { deleted_at: 5 }],
]
