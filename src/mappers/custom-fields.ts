import { z } from 'zod'

/** Forms of what `custom_fields` holds: lists and objects as Gem sent them, `[]` and `{}` where it sent none. */
export const wholeList = z.array(z.unknown())
export const wholeObject = z.custom<object>((value) => typeof value === 'object' && value !== null)

/** An id as sent, never trimmed; an empty one is none. */
export function idOrNull(id: string | null | undefined): string | null {
  return id ? id : null
}
