import { z } from 'zod'
import { gemRecord, gemText } from './gem-fields.ts'
import { isNamedHost, siteOf, usernameOf } from './social-sites.ts'
import { text } from './values.ts'

export const gemSocialMedia = gemRecord({ value: gemText })

export const socialMediaSchema = z.object({
  link: z.string().nullable(),
  type: z.string().nullable(),
  username: z.string().nullable(),
})

type SocialMedia = z.infer<typeof socialMediaSchema>

/** Links and handles in Gem's order. Gem sends either as one text without a type; of repeats the first is kept. */
export function socialMedia(sent: readonly z.infer<typeof gemSocialMedia>[]): SocialMedia[] {
  const kept = new Map<string, SocialMedia>()
  for (const { value } of sent) {
    const entry = readEntry(text(value))
    if (entry === null) continue
    const key = entry.link ?? `handle ${entry.username}`
    if (!kept.has(key)) kept.set(key, entry)
  }
  return [...kept.values()]
}

function readEntry(value: string | null): SocialMedia | null {
  if (value === null || /\s/.test(value)) return null
  if (/^https?:/i.test(value)) return /^https?:\/\//i.test(value) ? readLink(value) : null
  if (isBareLink(value)) return readLink(`https://${value}`)
  return hasScheme(value) ? null : readHandle(value)
}

function readLink(link: string): SocialMedia | null {
  const url = URL.parse(link)
  if (url === null) return null
  const site = siteOf(url.hostname)
  return { link, type: site?.type ?? null, username: site === null ? null : usernameOf(site, url) }
}

function readHandle(value: string): SocialMedia | null {
  const username = value.replace(/^@/, '')
  return username === '' ? null : { link: null, type: null, username }
}

// A host has a dot; what follows its colon is a port only if it is a port number.
const bareHost = /^(?<host>[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+\.?)(?::\d{1,5})?(?<rest>[/?#].*)?$/u

/** A host without a scheme that is more than a name with a dot in it, as handles have. */
function isBareLink(value: string): boolean {
  const { host, rest } = bareHost.exec(value)?.groups ?? {}
  if (host === undefined || !URL.canParse(`https://${value}`)) return false
  return rest?.startsWith('/') === true || /^www\./i.test(host) || isNamedHost(host)
}

/** `javascript:`, `mailto:`, `ftp://` …, but no port: `example.com:8080`. */
function hasScheme(value: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(value) && !bareHost.test(value)
}
