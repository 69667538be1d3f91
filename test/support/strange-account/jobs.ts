import {
  customFields,
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

const user = (id: unknown): Json => ({ id, name: 'Not Looked At', first_name: null })

export function jobs(random: Random): unknown[] {
  return [
    ...named(),
    ...offices(),
    ...teams(),
    ...customFields.map((custom_fields, n) => ({ id: `j-custom-${n}`, name: 'Custom', custom_fields })),
    ...hostileIds.map((id) => randomJob(id, random)),
    ...Array.from({ length: 15 }, (_, n) => randomJob(`j-random-${n}`, random)),
    ...impossibleIds.map((id) => ({ id, name: 'Impossible' })),
    ...variants('j-wrong', { name: 'Wrong', status: 'open' }, wrong),
    ...twice('j', { name: 'First', status: 'open' }, { name: 'Second' }, { name: 5 }),
    ...garbage,
  ]
}

function named(): Json[] {
  return [
    { id: 'j-main', name: 'Engineer ', status: 'open', confidential: false, requisition_id: ' R47 ' },
    { id: 'j-plan', name: 'Planned', status: 'open', is_template: false, location_type: 'in_office' },
    { id: 'j-other', name: 'Other', status: 'closed', closed_at: '2026-03-01', location_type: 'hybrid' },
    {
      id: 'j-deleted',
      name: 'Deleted',
      status: 'open',
      deleted_at: '2026-03-01T10:00:00Z',
      location_type: 'remote',
    },
    {
      id: 'j-unreadable',
      name: 'Unreadable',
      status: 'approved',
      deleted_at: 'gone',
      location_type: 'on_mars',
    },
    { id: 'j-template', name: 'Template', status: 'open', is_template: true, confidential: true },
    { id: 'j-template-unknown', status: 'no such status', is_template: true },
    { id: 'j-unknown', status: 'OPEN', location_type: 'Remote', confidential: null },
    { id: 'j-draft', status: 'draft', opened_at: null, departments: [], offices: [], hiring_team: {} },
    { id: 'j-pending', status: 'pending_approval', departments: null, offices: null, hiring_team: null },
    { id: 'j-bare' },
    { id: 'j-nulls', departments: [null, { id: 'd', name: ' Sales ' }, null, { id: 'e', name: 'Second' }] },
    {
      id: 'j-department',
      departments: [{ id: 'd', name: ' ', deleted_at: '2026-01-01' }, { name: 'Second' }],
    },
    { id: 'j-unmapped', openings: 5, employment_type: 7, url: [], description: {}, recruiters: 'x' },
    { id: 'j-long', name: longText, requisition_id: longText },
    { id: 'j-unreachable', name: 'Before PostgreSQL', created_at: unreachableTime },
  ]
}

const office = (name: string | null, place?: string | null): Json => ({
  id: `o-${name}`,
  name,
  parent_id: null,
  child_ids: [],
  ...(place === undefined ? {} : { location: { name: place } }),
})

function offices(): Json[] {
  const lists: unknown[] = [
    [office('Berlin', 'Berlin, Germany')],
    [office('HQ', ' San Francisco ,  United States ')],
    [office('Austin', 'Austin, Texas, United States')],
    [office('New York, NY')],
    [office('San Francisco, CA', '')],
    [office('Germany', null)],
    [office('Remote', 'United Kingdom')],
    [office('Remote')],
    [office('Anywhere', ' REMOTE ')],
    [office('Berlin', 'Berlin')],
    [office('Atlantis', 'Springfield, Narnia')],
    [office('X', 'Remote, Germany')],
    [office('X', 'a, b, c, d, e')],
    [office('X', ',,,')],
    [office('Munich, DE', undefined)],
    [office(null, null)],
    [office('  ', '  ')],
    [office('nul\u0000', 'lone\ud800, Germany')],
    [{ ...office('Deleted', 'Paris, France'), deleted_at: '2026-01-01' }, office('Alive', 'Berlin, Germany')],
    [null, office('Second', 'Madrid, Spain'), null],
    [{ id: 'o', name: 'No location', location: null }],
    [{}],
  ]
  return lists.map((list, n) => ({ id: `j-office-${n}`, name: 'Somewhere', offices: list }))
}

function teams(): Json[] {
  const hiringTeams: Json[] = [
    { recruiters: [user('u-alive'), user('u-alive')], hiring_managers: [user('u-alive'), user('u-deleted')] },
    {
      sourcers: [user('u-alive'), null, user('u-unknown')],
      coordinators: [user('u-alive')],
      hiring_managers: [user('u-alive')],
      recruiters: [user('u-alive')],
    },
    { recruiters: null, sourcers: [null], coordinators: [], hiring_managers: [user('u-unreadable')] },
    { recruiters: [user('u-wrong-0'), user('u-good-bad')], unknown_list: 5, interviewers: [user('u-alive')] },
    { sourcers: hostileIds.map(user), recruiters: hostileIds.slice(5, 25).toReversed().map(user) },
    { recruiters: [user('Twin'), user('twin ')], sourcers: [user('twin'), user('TWIn')] },
  ]
  return hiringTeams.map((hiring_team, n) => ({ id: `j-team-${n}`, name: 'Team', hiring_team }))
}

function randomJob(id: string, random: Random): Json {
  const statuses = ['open', 'closed', 'draft', 'pending_approval', 'approved', 'archived', '', null]
  const times = [...readableTimes, ...readableTimes, ...unreadableTimes, null]
  return {
    id,
    name: random.pick(texts),
    requisition_id: random.pick(texts),
    confidential: random.pick([true, false, null]),
    status: random.pick(statuses),
    is_template: random.pick([true, false, false, null]),
    departments: random.pick([[], null, [{ id: 'd', name: random.pick(texts), child_ids: [] }]]),
    offices: random.pick([
      [],
      null,
      [office('Paris', 'Paris, France')],
      [office('Oslo', 'Oslo, Norway'), null],
    ]),
    hiring_team: { recruiters: [user(random.pick(hostileIds)), user(random.pick(hostileIds))] },
    custom_fields: random.pick([...customFields.slice(0, 8), null]),
    ...(random.chance(0.3)
      ? { location_type: random.pick(['in_office', 'hybrid', 'remote', 'x', null]) }
      : {}),
    opened_at: random.pick(times),
    closed_at: random.pick(times),
    created_at: random.pick(times),
    updated_at: random.pick(times),
    ...(random.chance(0.2) ? { deleted_at: random.pick(times) } : {}),
  }
}

const wrong: Json[] = [
  ...[{ name: 5 }, { name: ['x'] }, { requisition_id: 95 }, { confidential: 'no' }, { confidential: 0 }],
  ...[{ status: 5 }, { status: ['open'] }, { is_template: 'false' }, { location_type: 5 }],
  ...[{ departments: {} }, { departments: 'Sales' }, { departments: [5] }, { departments: [{ name: 5 }] }],
  ...[{ offices: {} }, { offices: ['Berlin'] }, { offices: [{ name: 5 }] }, { offices: 'Berlin' }],
  ...[{ offices: [{ name: 'x', location: 'Berlin' }] }, { offices: [{ name: 'x', location: { name: 5 } }] }],
  ...[{ hiring_team: [] }, { hiring_team: 'x' }, { hiring_team: { recruiters: {} } }],
  ...[{ hiring_team: { recruiters: ['u-alive'] } }, { hiring_team: { sourcers: [{ id: 5 }] } }],
  ...[{ custom_fields: [] }, { custom_fields: 'x' }, { opened_at: 5 }, { closed_at: {} }],
  ...[{ created_at: 1_767_225_600 }, { updated_at: [] }, { deleted_at: true }],
]
