/** What must not be found outside of `ats` and `sync.rejected_records`, and how it is looked for. */

/** Fields of Gem's objects that hold what belongs to a person. */
const personal = new Set([
  ...['first_name', 'last_name', 'email', 'email_address', 'phone_number', 'nickname', 'primary_email'],
  'username',
])
/** Lists of `{value}`. */
const personalLists = new Set(['email_addresses', 'phone_numbers', 'social_media_addresses'])

/** Names, e-mail addresses and phone numbers in objects of candidates and users, at any depth. */
export function personalTexts(value: unknown, inside = false): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((element) => personalTexts(element, inside))
  return Object.entries(value).flatMap(([field, content]) => {
    // Fields have names as well; where there is an e-mail address beside it, it is a person's.
    const isPersonal =
      personal.has(field) || (inside && field === 'value') || (field === 'name' && 'email' in value)
    if (typeof content === 'string') return isPersonal && content.trim().length > 1 ? [content.trim()] : []
    return personalTexts(content, inside || personalLists.has(field))
  })
}

/** A secret as it is, and in the forms in which programs like to show bytes. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
    encodeURIComponent(secret),
  ]
}

/** @returns the needles that stand in the text as words of their own, each with what is around it. */
export function findWords(text: string, needles: Iterable<string>): string[] {
  const isLetter = /[\p{L}\p{N}]/u
  const found: string[] = []
  for (const needle of new Set(needles)) {
    for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) {
      const [before, after] = [text.charAt(at - 1), text.charAt(at + needle.length)]
      if (isLetter.test(before) || isLetter.test(after)) continue
      found.push(`${needle}: …${text.slice(Math.max(0, at - 60), at + needle.length + 60)}…`)
      break
    }
  }
  return found
}
