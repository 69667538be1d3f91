import { flag, list, objects, readRecord, text, time } from './shape.ts'
import { type SocialMedia, socialMedia } from './social-media.ts'
import type { GemRecord, Row } from './types.ts'
import { isEmail } from './users.ts'

export type Candidate = GemRecord & { own: Row }

export function readCandidate(raw: unknown): Candidate {
  const record = readRecord(raw)
  const candidate = record.raw
  const own = {
    first_name: text(candidate, 'first_name'),
    last_name: text(candidate, 'last_name'),
    company: text(candidate, 'company'),
    title: text(candidate, 'title'),
    confidential: flag(candidate, 'is_private'),
    phone_numbers: phoneNumbers(candidate),
    email_addresses: emailAddresses(candidate),
    social_media: social(candidate),
    custom_fields: {
      tags: list(candidate, 'tags') ?? [],
      educations: list(candidate, 'educations') ?? [],
      employments: list(candidate, 'employments') ?? [],
      linked_user_ids: list(candidate, 'linked_user_ids') ?? [],
    },
    remote_created_at: time(candidate, 'created_at'),
    remote_updated_at: time(candidate, 'updated_at'),
  }
  const { applications: _, ...withoutApplications } = candidate
  return { ...record, raw: withoutApplications, own }
}

type Phone = { phone_number: string; type: string | null }
function phoneNumbers(candidate: GemRecord['raw']): Phone[] {
  const phones: Phone[] = []
  for (const entry of objects(candidate, 'phone_numbers')) {
    const number = text(entry, 'value')
    const type = text(entry, 'type')?.toUpperCase() ?? null
    if (number === null) continue
    if (phones.some((phone) => phone.phone_number === number && phone.type === type)) continue
    phones.push({ phone_number: number, type })
  }
  return phones
}

type Email = { email_address: string; type: string | null }
function emailAddresses(candidate: GemRecord['raw']): Email[] {
  const entries = objects(candidate, 'email_addresses').map((entry) => ({
    address: text(entry, 'value'),
    type: text(entry, 'type')?.toUpperCase() ?? null,
    primary: flag(entry, 'is_primary') === true,
  }))
  const emails: Email[] = []
  for (const entry of [...entries.filter((e) => e.primary), ...entries.filter((e) => !e.primary)]) {
    const { address, type } = entry
    if (address === null || !isEmail(address)) continue
    if (emails.some((email) => email.email_address.toLowerCase() === address.toLowerCase())) continue
    emails.push({ email_address: address, type: type === 'PERSONAL' ? 'PRIVATE' : type })
  }
  return emails
}

function social(candidate: GemRecord['raw']): SocialMedia[] {
  return socialMedia(objects(candidate, 'social_media_addresses').map((entry) => text(entry, 'value')))
}
