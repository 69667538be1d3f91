import { z } from 'zod'
import { isEmailAddress } from './email-address.ts'
import { gemFlag, gemRecord, gemText } from './gem-fields.ts'
import { text } from './values.ts'

export const gemEmailAddress = gemRecord({ value: gemText, type: gemText, is_primary: gemFlag })

export const emailAddressSchema = z.object({ email_address: z.string(), type: z.string().nullable() })

type Sent = z.infer<typeof gemEmailAddress>

/** Valid e-mail addresses, primary first, else in Gem's order; of repeats (whatever their case) the first. */
export function emailAddresses(sent: readonly Sent[]) {
  const kept = new Map<string, z.infer<typeof emailAddressSchema>>()
  const ordered = [...sent.filter(isPrimary), ...sent.filter((address) => !isPrimary(address))]
  for (const { value, type } of ordered) {
    const email_address = text(value)
    if (email_address === null || !isEmailAddress(email_address)) continue
    const key = email_address.toLowerCase()
    if (!kept.has(key)) kept.set(key, { email_address, type: typeOf(type) })
  }
  return [...kept.values()]
}

const isPrimary = (address: Sent) => address.is_primary === true

/** Gem says personal where the unified model says private. */
function typeOf(sent: string | null | undefined): string | null {
  const type = text(sent)?.toUpperCase() ?? null
  return type === 'PERSONAL' ? 'PRIVATE' : type
}
