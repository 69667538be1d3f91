// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what makes an address invalid
const blankOrControl = /[\s\u0000-\u001f\u007f-\u009f]/u

/** One `@`, a local part, a domain with a dot, no blanks or control characters; non-ASCII is fine, case is kept. */
export function isEmailAddress(value: string): boolean {
  if (blankOrControl.test(value)) return false
  const [local, domain, ...more] = value.split('@')
  return more.length === 0 && !!local && !!domain && /[^.]\.[^.]/.test(domain)
}
