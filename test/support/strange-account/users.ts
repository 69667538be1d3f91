import {
  garbage,
  hostileIds,
  impossibleIds,
  type Json,
  readableTimes,
  texts,
  unreadableTimes,
} from './pools.ts'
import type { Random } from './random.ts'
import { twice, variants } from './variants.ts'

const emails = [
  ...[
    'ana@example.com',
    'Ana.Ruiz+x@Example.COM',
    'jörg@exämple.de',
    "o'neil@a.b",
    '"x"@y.z',
    '用户@例子.公司',
  ],
  ...[
    'no-at.example.com',
    'no-dot@example',
    '@example.com',
    'two@@example.com',
    'a@b@c.de',
    'in side@example.com',
  ],
  ...['bell\u0007@example.com', 'tab\tin@example.com', '', '   '],
]

export function users(random: Random): unknown[] {
  return [
    ...named(),
    ...hostileIds.map((id) => randomUser(id, random)),
    ...Array.from({ length: 15 }, (_, n) => randomUser(`u-random-${n}`, random)),
    ...impossibleIds.map((id) => ({ id, first_name: 'Impossible' })),
    ...variants('u-wrong', { first_name: 'Ana', last_name: 'Ruiz' }, wrong),
    ...twice('u', { first_name: 'First', disabled: true }, { last_name: 'Second' }, { first_name: 5 }),
    ...garbage,
  ]
}

function named(): Json[] {
  return [
    { id: 'u-alive', first_name: ' Ana ', last_name: 'Ruiz', primary_email_address: 'ana@example.com' },
    {
      id: 'u-disabled',
      name: '  Ana Maria   Ruiz ',
      disabled: true,
      emails: ['bad', null, 'b@c.de', 'd@e.fg'],
    },
    { id: 'u-deleted', name: 'Cher', deleted_at: '2026-01-01T00:00:00Z', disabled: false },
    { id: 'u-unreadable', first_name: '', last_name: ' ', name: 'Jo Li', deleted_at: 'some day' },
    { id: 'u-no-names', name: '   ', primary_email_address: 'bad', emails: [] },
    { id: 'u-half', first_name: 'Only', last_name: null, name: 'Not Used', emails: null, disabled: null },
    { id: 'u-bare' },
    {
      id: 'u-unmapped',
      employee_id: 5,
      site_admin: 'x',
      offices: 'x',
      departments: 7,
      created_at: 1,
      updated_at: {},
    },
    { id: 'u-links', linked_candidate_ids: { a: 1 }, name: 'Nul\u0000 Lone\ud800', 'key\u0000': ['\udc00'] },
  ]
}

function randomUser(id: string, random: Random): Json {
  const user: Json = {
    id,
    name: random.pick(['Jane Doe', 'Prince', null]),
    unknown_field: random.pick(texts),
  }
  if (random.chance(0.7)) user.first_name = random.pick(texts)
  if (random.chance(0.7)) user.last_name = random.pick(texts)
  if (random.chance(0.7)) user.primary_email_address = random.pick(emails)
  if (random.chance(0.7)) user.emails = [random.pick(emails), null, random.pick(emails)]
  if (random.chance(0.5)) user.disabled = random.pick([true, false, null])
  if (random.chance(0.3)) user.deleted_at = random.pick([...readableTimes, ...unreadableTimes, null])
  return user
}

const wrong: Json[] = [
  ...[{ first_name: 5 }, { first_name: ['Ana'] }, { last_name: {} }, { last_name: false }],
  { first_name: null, last_name: null, name: 5 },
  ...[{ primary_email_address: {} }, { primary_email_address: 7 }],
  ...[{ emails: 'ana@example.com' }, { emails: { 0: 'ana@example.com' } }, { emails: [5] }],
  ...[{ disabled: 'true' }, { disabled: 0 }, { deleted_at: 1_767_225_600 }, { deleted_at: {} }],
]
