import { cleanText } from './shape.ts'
import { ANY } from './types.ts'

export type SocialMedia = { link: string | null; type: string | null; username: unknown }

const HOSTS: Record<string, string> = {
  'linkedin.com': 'LINKEDIN',
  'github.com': 'GITHUB',
  'twitter.com': 'TWITTER',
  'x.com': 'TWITTER',
  'facebook.com': 'FACEBOOK',
  'instagram.com': 'INSTAGRAM',
  'youtube.com': 'YOUTUBE',
  'xing.com': 'XING',
  'stackoverflow.com': 'STACKOVERFLOW',
}
/** What stands before the name in a profile's path; hosts that are not here have no path that the contract makes certain. */
const PROFILE_PATHS: Record<string, string[]> = {
  LINKEDIN: ['in'],
  XING: ['profile'],
  GITHUB: [],
  TWITTER: [],
  FACEBOOK: [],
  INSTAGRAM: [],
}

export function socialMedia(values: (string | null)[]): SocialMedia[] {
  const entries: SocialMedia[] = []
  for (const value of values) {
    const entry = value === null ? null : socialMediaEntry(value)
    if (entry === null) continue
    const repeated = entries.some((other) =>
      entry.link === null
        ? other.link === null && other.username === entry.username
        : other.link === entry.link,
    )
    if (!repeated) entries.push(entry)
  }
  return entries
}

function socialMediaEntry(value: string): SocialMedia | null {
  const entry = cleanText(value)
  if (entry === null || /\s/.test(entry)) return null
  if (/^https?:\/\//i.test(entry)) return fromLink(entry)
  if (/^[a-z][a-z0-9+.-]*:/i.test(entry)) return null
  if (isBareHost(entry)) return fromLink(`https://${entry}`)
  return { link: null, type: null, username: entry.replace(/^@/, '') }
}

function isBareHost(entry: string): boolean {
  const [host = '', ...path] = entry.split('/')
  if (/^www\./i.test(entry)) return true
  if (typeOf(host) !== null) return true
  return path.length > 0 && /^[^@.]+(\.[^@.]+)+$/.test(host)
}

function typeOf(host: string): string | null {
  const lower = host.toLowerCase()
  for (const [named, type] of Object.entries(HOSTS))
    if (lower === named || lower.endsWith(`.${named}`)) return type
  return null
}

function fromLink(link: string): SocialMedia | null {
  if (!URL.canParse(link)) return null
  const url = new URL(link)
  const type = typeOf(url.hostname)
  return { link, type, username: type === null ? null : username(type, url) }
}

function username(type: string, url: URL): unknown {
  const path = url.pathname.split('/').filter((segment) => segment !== '')
  if (path.length === 0) return null
  const before = PROFILE_PATHS[type]
  const name = path.at(-1)!
  if (before === undefined || path.length !== before.length + 1 || /[@%]|\.php$/.test(name)) return ANY
  return before.every((segment, index) => path[index] === segment) ? name : ANY
}
