import { UserError } from '../errors.ts'
import { isPrivateAddress } from './private-address.ts'

/**
 * The base URL of Gem's API, without a trailing slash in its path; throws UserError saying what it must be. Whether
 * its host's *name* leads to a private address is checked at each connect, since DNS can change its answer.
 */
export function checkBaseUrl(text: string, { allowInsecure }: { allowInsecure: boolean }): URL {
  const url = parse(text)
  if (url.username !== '' || url.password !== '') throw refused('must not contain a user name or password')
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text))
    throw refused('must not contain a query or fragment')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('must begin with https://')
  if (!allowInsecure) checkSecure(url)
  url.pathname = url.pathname.replace(/\/+$/, '')
  return url
}

function checkSecure(url: URL): void {
  if (url.protocol !== 'https:') {
    throw refused('must begin with https:// (http is for a simulated Gem: --allow-insecure-base-url)')
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isPrivateAddress(host)) {
    throw refused('must not be a private address (that is for a simulated Gem: --allow-insecure-base-url)')
  }
}

function parse(text: string): URL {
  try {
    return new URL(text)
  } catch {
    throw refused('is not a URL; Gem is at https://api.gem.com')
  }
}

/** The URL itself stays out of the message: a misplaced key may be in it. */
function refused(why: string): UserError {
  return new UserError(`The base URL ${why}`)
}
