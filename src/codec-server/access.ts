import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const COOKIE = 'gem-ats-sync-codec'
const sessionMs = 8 * 3_600_000

export interface AccessOptions {
  /** What programs send as `Authorization: Bearer …`, and people type in once. */
  readonly token: string
  /** Origin of the Web UI, whose pages may ask with the cookie of a person who has logged in; null: none. */
  readonly origin: string | null
}

/** Who may ask. All comparisons take the same time, whatever is wrong. */
export class Access {
  readonly #token: string
  readonly #origin: string | null

  constructor({ token, origin }: AccessOptions) {
    this.#token = token
    this.#origin = origin
  }

  /** By token; or by the cookie of a person, from pages of the Web UI alone: a browser sends it for any page. */
  allows({ authorization = '', cookie = '', origin }: IncomingHttpHeaders): boolean {
    if (authorization.startsWith('Bearer ')) return this.isToken(authorization.slice('Bearer '.length))
    return this.isWebUi(origin) && this.#isSession(cookie)
  }

  isToken(given: string): boolean {
    return isSame(given.trim(), this.#token)
  }

  isWebUi(origin: string | undefined): boolean {
    return origin !== undefined && origin === this.#origin
  }

  /** A cookie for whoever has shown the token. It does not contain it, and ends after 8 hours. */
  session(now = Date.now()): string {
    const ends = now + sessionMs
    const attributes = `Max-Age=${sessionMs / 1_000}; Path=/; HttpOnly; SameSite=Strict`
    return `${COOKIE}=${ends}.${this.#sign(ends)}; ${attributes}`
  }

  #isSession(cookies: string, now = Date.now()): boolean {
    const [, ends = '', signature = ''] =
      new RegExp(`(?:^|;\\s*)${COOKIE}=(\\d{1,16})\\.([\\w-]+)(?:;|$)`).exec(cookies) ?? []
    return isSame(signature, this.#sign(Number(ends))) && Number(ends) > now
  }

  #sign(ends: number): string {
    return createHmac('sha256', this.#token).update(`${COOKIE} ${ends}`).digest('base64url')
  }
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

const digest = (text: string) => createHash('sha256').update(text).digest()
