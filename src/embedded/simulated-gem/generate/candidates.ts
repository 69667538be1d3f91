import type { GemObject } from '../types.ts'
import {
  companies,
  degrees,
  disciplines,
  emailTypes,
  firstNames,
  lastNames,
  phoneTypes,
  schools,
  tags,
  titles,
} from './catalogue.ts'
import { makeId, startFor } from './ids.ts'
import { day, isLinkedUser, isPrivateCandidate, type Layout, spreadTime } from './layout.ts'
import { Random } from './random.ts'
import { iso, isoDate, laterTime, markDeleted } from './shared.ts'

/** What of a candidate is known without making it: its times (NaN for null) and whether it is deleted. */
export function candidateTimes(layout: Layout, slot: number) {
  const random = new Random(startFor(layout.seed, 'candidates', slot) + 2)
  const created = spreadTime(slot, layout.candidates)
  const updated = laterTime(random, created)
  return {
    created,
    updated: slot % 47 === 29 ? Number.NaN : updated,
    deleted: slot % 60 === 23 ? updated : null,
  }
}

/** A candidate nobody changed, without its applications. */
export function generateCandidate(layout: Layout, slot: number): GemObject {
  const random = new Random(startFor(layout.seed, 'candidates', slot))
  const times = candidateTimes(layout, slot)
  const first = random.pick(firstNames)
  const last = random.pick(lastNames)
  const candidate: GemObject = {
    id: makeId(layout.seed, 'candidates', slot),
    first_name: slot % 83 === 50 ? null : slot % 21 === 8 ? `  ${first}` : first,
    last_name: slot % 71 === 33 ? '' : slot % 27 === 11 ? `${last} ` : last,
    company: random.chance(0.3) ? random.pick([null, '', ' ']) : random.pick(companies),
    title: random.chance(0.25) ? null : random.pick(titles),
    email_addresses: emailsOf(random, slot),
    phone_numbers: phonesOf(random, slot),
    social_media_addresses: socialOf(random, slot),
    tags: random.chance(0.7) ? [] : [random.pick(tags), random.pick(tags)],
    is_private: slot % 9 === 7 && !isPrivateCandidate(slot) ? null : isPrivateCandidate(slot),
    created_at: iso(times.created),
    updated_at: Number.isNaN(times.updated) ? null : iso(times.updated),
    last_activity: slot % 31 === 3 || Number.isNaN(times.updated) ? null : iso(times.updated),
    linked_user_ids: isLinkedUser(layout, slot) ? [makeId(layout.seed, 'users', slot)] : [],
    ...historiesOf(layout, random, slot, times.created),
  }
  return markDeleted(candidate, times.deleted)
}

function emailsOf(random: Random, slot: number): GemObject[] | null {
  if (slot % 37 === 19) return null
  const address = `candidate.${slot}@example.com`
  const list: GemObject[] = [{ type: random.pick(emailTypes), value: address, is_primary: true }]
  if (random.chance(0.15))
    list.unshift({ type: 'work', value: `C.${slot}@work.example.com`, is_primary: false })
  if (slot % 43 === 14) list.push({ type: 'other', value: 'n/a', is_primary: false })
  if (slot % 51 === 18) list.push({ type: 'work', value: address.toUpperCase(), is_primary: false })
  return list
}

function phonesOf(random: Random, slot: number): GemObject[] | null {
  if (random.chance(0.35)) return random.chance(0.9) ? [] : null
  const list: GemObject[] = [
    { type: random.pick(phoneTypes), value: `+1 555 01${String(slot % 100).padStart(2, '0')}` },
  ]
  if (random.chance(0.1)) list.push({ ...list[0] }, { type: 'home', value: '' })
  return list
}

function socialOf(random: Random, slot: number): GemObject[] | null {
  const value = random.next()
  if (value < 0.4) return []
  if (value < 0.42) return null
  if (value < 0.6) return [{ value: `https://www.linkedin.com/in/invented-${slot}` }]
  if (value < 0.7)
    return [{ value: `linkedin.com/in/invented-${slot}/` }, { value: `github.com/invented-${slot}` }]
  if (value < 0.8) return [{ value: `@invented_${slot}` }]
  if (value < 0.9)
    return [{ value: `https://x.com/invented_${slot}` }, { value: `https://${slot}.example.com/me` }]
  return [{ value: `invented-${slot}` }, { value: 'see my resume' }, { value: '' }]
}

function historiesOf(layout: Layout, random: Random, slot: number, created: number): GemObject {
  const educations = random.chance(0.4)
    ? [
        {
          id: makeId(layout.seed, 'histories', slot * 2),
          ...{ school_name: random.pick(schools), degree: random.pick(degrees) },
          ...{ discipline: random.pick(disciplines), start_date: isoDate(created - 3000 * day) },
          end_date: random.chance(0.3) ? null : isoDate(created - 1500 * day),
        },
      ]
    : []
  const employments = random.chance(0.4)
    ? [
        {
          id: makeId(layout.seed, 'histories', slot * 2 + 1),
          ...{ company_name: random.pick(companies), title: random.pick(titles) },
          ...{ start_date: isoDate(created - 1400 * day), end_date: null },
        },
      ]
    : []
  return { educations, employments, attachments: attachmentsOf(random, slot, created) }
}

function attachmentsOf(random: Random, slot: number, created: number): GemObject[] | null {
  if (random.chance(0.4)) return random.chance(0.9) ? [] : null
  return [
    {
      ...{ filename: 'résumé.pdf', url: `https://files.example.com/${slot}/resume.pdf?expires=604800` },
      ...{ type: 'resume', created_at: iso(created) },
    },
  ]
}
