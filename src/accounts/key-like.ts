/**
 * Whether a text that stands where no key belongs may be one: it is then kept out of messages, which end up in
 * terminals and logs. Rather too careful than not.
 */
export function looksLikeKey(text: string): boolean {
  return /^[\w+/=.~-]{20,}$/.test(text)
}
