import { z } from 'zod'
import { gemRecord, gemText } from './gem-fields.ts'
import { text } from './values.ts'

export const gemPhoneNumber = gemRecord({ value: gemText, type: gemText })

export const phoneNumberSchema = z.object({ phone_number: z.string(), type: z.string().nullable() })

/** Phone numbers in Gem's order, without empty ones and repeats of the same number and type. */
export function phoneNumbers(sent: readonly z.infer<typeof gemPhoneNumber>[]) {
  const kept = new Map<string, z.infer<typeof phoneNumberSchema>>()
  for (const { value, type: sentType } of sent) {
    const phone_number = text(value)
    if (phone_number === null) continue
    const type = text(sentType)?.toUpperCase() ?? null
    const key = JSON.stringify([phone_number, type])
    if (!kept.has(key)) kept.set(key, { phone_number, type })
  }
  return [...kept.values()]
}
