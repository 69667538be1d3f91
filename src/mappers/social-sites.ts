import { storable } from './sanitise.ts'
import { text } from './values.ts'

/** A site that a host belongs to, with what stands before its domain: `www`, `de`, '' … */
export interface Site {
  readonly type: SiteType
  readonly subdomain: string
}

type SiteType = keyof typeof profilePaths

const domains: Record<string, SiteType> = {
  'linkedin.com': 'LINKEDIN',
  'github.com': 'GITHUB',
  'twitter.com': 'TWITTER',
  'x.com': 'TWITTER',
  'facebook.com': 'FACEBOOK',
  'fb.com': 'FACEBOOK',
  'instagram.com': 'INSTAGRAM',
  'youtube.com': 'YOUTUBE',
  'youtu.be': 'YOUTUBE',
  'xing.com': 'XING',
  'stackoverflow.com': 'STACKOVERFLOW',
}

/** Paths that are profiles; the first group is the username. Other paths name posts, companies, groups … */
const profilePaths = {
  LINKEDIN: /^\/(?:in|pub)\/([^/]+)/i,
  GITHUB: /^\/(?!(?:orgs|topics|settings|features|about|search|marketplace|sponsors|apps)(?:\/|$))([^/]+)/i,
  TWITTER: /^\/(?!(?:i|home|search|intent|hashtag|share|explore|settings)(?:\/|$))@?([^/]+)/i,
  FACEBOOK:
    /^\/(?!(?:people|groups|pages|pg|events|watch|share|sharer|story|photo)(?:\/|$))(?![^/]*\.php)([^/]+)/i,
  INSTAGRAM: /^\/(?!(?:p|reel|reels|stories|explore|tv|accounts)(?:\/|$))@?([^/]+)/i,
  YOUTUBE: /^\/(?:@|c\/|user\/)([^/]+)/i,
  XING: /^\/profile\/([^/]+)/i,
  STACKOVERFLOW: /^\/users\/\d+\/([^/]+)/i,
} as const

/** `de.linkedin.com`, `m.facebook.com`, `de-de.facebook.com`: the same profiles; `gist.github.com`: something else. */
const sameProfiles = /^(?:|www|m|mobile|web|[a-z]{2}(?:-[a-z]{2})?)$/

/** The named site that a host belongs to, null for any other. */
export function siteOf(host: string): Site | null {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.')
  const domain = labels.slice(-2).join('.')
  if (!Object.hasOwn(domains, domain)) return null
  const type = domains[domain]
  return type === undefined ? null : { type, subdomain: labels.slice(0, -2).join('.') }
}

export function isNamedHost(host: string): boolean {
  return siteOf(host) !== null
}

/** The username in a profile's path, percent-decoded; null where the path is no profile's. */
export function usernameOf(site: Site, url: URL): string | null {
  if (!sameProfiles.test(site.subdomain)) return null
  return text(decode(profilePaths[site.type].exec(url.pathname)?.[1]))
}

/** `%00` decodes to what PostgreSQL cannot store; what is no UTF-8 stays encoded. */
function decode(part: string | undefined): string | undefined {
  if (part === undefined) return undefined
  try {
    return storable(decodeURIComponent(part))
  } catch {
    return part
  }
}
