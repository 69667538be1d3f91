import type { GemObject } from '../types.ts'
import { departments, firstNames, lastNames } from './catalogue.ts'
import { makeId, startFor } from './ids.ts'
import { isLinkedUser, type Layout, spreadTime } from './layout.ts'
import { Random } from './random.ts'
import { department, iso, laterTime, markDeleted, office } from './shared.ts'

/** A user nobody changed. Some are disabled, some deleted, some lack names, addresses or times. */
export function generateUser(layout: Layout, slot: number): GemObject {
  const random = new Random(startFor(layout.seed, 'users', slot))
  const created = spreadTime(slot, layout.users)
  const updated = laterTime(random, created)
  const first = random.pick(firstNames)
  const last = random.pick(lastNames)
  const address = `user.${slot}@example.com`
  const nameOnly = slot % 15 === 6
  const user: GemObject = {
    id: makeId(layout.seed, 'users', slot),
    name: `${first} ${last}`,
    first_name: nameOnly ? '' : slot % 9 === 5 ? ` ${first} ` : first,
    last_name: nameOnly ? null : last,
    primary_email_address: slot % 13 === 8 ? 'not an address' : slot % 13 === 9 ? null : address,
    emails: slot % 13 === 9 ? ['@', address] : slot % 7 === 3 ? null : [address],
    employee_id: slot % 3 === 0 ? String(100_000 + slot) : null,
    site_admin: slot % 10 === 0,
    linked_candidate_ids: isLinkedUser(layout, slot) ? [makeId(layout.seed, 'candidates', slot)] : [],
    offices: slot % 4 === 0 ? [] : [office(layout.seed, slot % 12)],
    departments: [department(layout.seed, random.below(departments.length))],
    created_at: iso(created),
    updated_at: slot % 19 === 10 ? null : iso(updated),
  }
  if (slot % 17 !== 3) user.disabled = slot % 12 === 4
  return markDeleted(user, slot % 30 === 11 ? updated : null)
}

/** The short form of a user that other objects carry. */
export function userLite(user: GemObject): GemObject {
  return {
    ...{ id: user.id, name: user.name, first_name: user.first_name, last_name: user.last_name },
    employee_id: user.employee_id,
  }
}
