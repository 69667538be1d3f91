import {
  garbage,
  hostileIds,
  impossibleIds,
  type Json,
  readableTimes,
  texts,
  unreachableTime,
  unreadableTimes,
} from './pools.ts'
import type { Random } from './random.ts'
import { twice, variants } from './variants.ts'

/** `a-jobs-20` is an application of `j-plan` alone, `a-jobs-0` a prospect's, `a-jobs-3` of `j-main`. */
const OF_J_PLAN = 'a-jobs-20'

const people = (...ids: (string | null)[]): unknown[] =>
  ids.map((id) => (id === null ? null : { id, response_status: 'declined', email: 5, scorecard_id: {} }))

export function scheduledInterviews(random: Random): unknown[] {
  return [
    ...placed(),
    ...timed(),
    ...staffed(),
    ...named(),
    ...hostileIds.map((id) => randomInterview(id, random)),
    ...Array.from({ length: 15 }, (_, n) => randomInterview(`i-random-${n}`, random)),
    ...impossibleIds.map((id) => ({ id, application_id: OF_J_PLAN })),
    ...variants('i-wrong', { application_id: OF_J_PLAN, interviewers: people('u-alive') }, wrong),
    ...twice(
      'i',
      { application_id: OF_J_PLAN, interviewers: people('u-alive', 'u-deleted') },
      { interview: { name: 'Second' }, interviewers: people('u-disabled') },
      { interview: 5, interviewers: people('u-half') },
    ),
    ...garbage,
  ]
}

/** Application, planned interview, item: the stage follows. */
function placed(): Json[] {
  const rows: [string | null, string | null, string | null][] = [
    [OF_J_PLAN, 'd-unique', 'it-1'],
    [OF_J_PLAN, 'd-unique', 'it-2'],
    [OF_J_PLAN, 'd-unique', 'it-other'],
    [OF_J_PLAN, 'd-unique', 'it-gone'],
    [OF_J_PLAN, 'd-shared', 'it-gone'],
    [OF_J_PLAN, 'd-shared', 'it-3'],
    [OF_J_PLAN, 'd-twice', 'it-gone'],
    [OF_J_PLAN, 'd-unique', null],
    [OF_J_PLAN, 'd-shared', null],
    [OF_J_PLAN, 'd-nowhere', 'it-gone'],
    [OF_J_PLAN, null, 'it-gone'],
    [OF_J_PLAN, null, null],
    [OF_J_PLAN, null, 'it-del'],
    [OF_J_PLAN, null, 'it-in-deleted'],
    [OF_J_PLAN, null, 'it-in-unreadable'],
    [OF_J_PLAN, null, 'it-inactive'],
    [OF_J_PLAN, null, 'it-homeless'],
    [OF_J_PLAN, null, 'it-no-id'],
    [OF_J_PLAN, null, 'it-rejected'],
    [OF_J_PLAN, null, '__proto__'],
    [OF_J_PLAN, '__proto__', 'constructor'],
    [OF_J_PLAN, 'd-homeless', 'it-gone'],
    ['a-jobs-3', 'd-unique', 'it-gone'],
    ['a-jobs-3', 'd-unique', 'it-1'],
    ['a-jobs-0', 'd-unique', 'it-gone'],
    ['a-jobs-4', 'd-unique', 'it-gone'],
    ['a-jobs-6', 'd-unique', 'it-gone'],
    ['a-nobody-knows', 'd-unique', 'it-gone'],
    ['a-nobody-knows', 'd-unique', 'it-1'],
    ['a-wrong-0', 'd-unique', 'it-1'],
    ['a-embedded-only', null, 'it-1'],
    ['a-named-9', 'd-x', 'it-x'],
    [null, 'd-unique', 'it-gone'],
    [null, null, 'it-1'],
  ]
  return rows.map(([application_id, interview, item], n) => ({
    id: `i-placed-${n}`,
    application_id,
    interview: interview === null ? null : { id: interview, name: ' Talk ' },
    job_stage_interview_item_id: item,
  }))
}

function timed(): Json[] {
  const times = [...readableTimes, ...unreadableTimes].map((date_time) => ({
    start: { date_time },
    end: { date_time },
  }))
  const others: Json[] = [
    { start: { date: '2026-03-01' }, end: { date: '2026-03-02', date_time: null } },
    { start: { date: '2026-03-01', date_time: '2026-03-01T08:00:00Z' }, end: {} },
    { start: null, end: { date: 'unreadable' } },
    {
      start: { date_time: '2026-03-01T10:00:00', time_zone: 5 },
      end: { date_time: 'unreadable', date: null },
    },
    { start: { date_time: unreachableTime } },
  ]
  return [...times, ...others].map((moment, n) => ({ id: `i-timed-${n}`, ...moment }))
}

function staffed(): Json[] {
  const lists: unknown[] = [
    people('u-alive', 'u-alive', null, 'u-deleted', 'u-unknown', 'u-alive'),
    people('u-unreadable', 'u-disabled', 'u-wrong-0', 'u-good-bad', 'u-bad-good'),
    people(...hostileIds),
    people('twin', 'Twin', 'Twin ', 'tWin'),
    [],
    null,
    [null, null],
  ]
  return lists.map((interviewers, n) => ({ id: `i-staffed-${n}`, application_id: OF_J_PLAN, interviewers }))
}

function named(): Json[] {
  return [
    { id: 'i-bare' },
    {
      id: 'i-deleted',
      deleted_at: '2026-03-01T10:00:00Z',
      interviewers: people('u-alive'),
      application_id: 'a-named-9',
    },
    { id: 'i-unreadable', deleted_at: 'some day', interview: { id: 'd-x', name: ' \t ' } },
    { id: 'i-null-deleted', deleted_at: null, interview: { id: null, name: 'nul\u0000 lone\ud800' } },
    {
      id: 'i-unmapped',
      organizer: 5,
      location: 7,
      status: 5,
      candidate_id: 5,
      external_event_id: {},
      title: 5,
    },
    { id: 'i-cancelled-word', status: 'cancelled', canceled: true, interview: {} },
  ]
}

function randomInterview(id: string, random: Random): Json {
  const times = [...readableTimes, ...unreadableTimes, null]
  return {
    id,
    application_id: random.pick([...hostileIds, OF_J_PLAN, 'a-nobody-knows', null]),
    interview: random.pick([null, { id: null, name: random.pick(texts) }, { name: random.pick(texts) }]),
    job_stage_interview_item_id: random.pick([
      null,
      'it-1',
      'it-3',
      'it-gone',
      `it-of-${random.pick(hostileIds)}`,
    ]),
    start: { date_time: random.pick(times) },
    end: { date_time: random.pick(times) },
    interviewers: people(random.pick(hostileIds), 'u-alive', random.pick(hostileIds), null),
    created_at: random.pick(times),
    updated_at: random.pick(times),
    ...(random.chance(0.2) ? { deleted_at: random.pick(times) } : {}),
  }
}

const wrong: Json[] = [
  ...[{ application_id: 5 }, { application_id: {} }, { interview: 'x' }, { interview: { id: 5 } }],
  ...[{ interview: { name: 5 } }, { job_stage_interview_item_id: 5 }, { start: '2026-03-01T10:00:00Z' }],
  ...[
    { start: { date_time: 5 } },
    { start: { date: 5 } },
    { end: [] },
    { end: { date_time: {} } },
    { end: { date: 5 } },
  ],
  ...[
    { interviewers: {} },
    { interviewers: 'u-alive' },
    { interviewers: ['u-alive'] },
    { interviewers: [{ id: 5 }] },
  ],
  ...[{ created_at: 5 }, { updated_at: {} }, { deleted_at: true }],
]
