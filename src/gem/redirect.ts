import { RequestRefusedError } from '../errors.ts'
import type { Answer } from './answer.ts'
import { type Call, describeCall } from './call.ts'

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * The path to go to instead, or null when the answer is no redirect. Throws RequestRefusedError for another origin,
 * which must never see the keys, and for a redirect that drops `page` or a filter: it would serve the wrong rows.
 */
export function redirectTarget(call: Call, answer: Answer, origin: string, path: string): string | null {
  if (!REDIRECTS.has(answer.status)) return null
  const target = parseLocation(answer.headers.get('location'), origin + path)
  const refuse = (why: string) =>
    new RequestRefusedError(`${describeCall(call)}: redirected ${why}`, answer.status)
  if (target === null) throw refuse('to nowhere')
  if (target.origin !== origin) throw refuse(`to another host (${target.host}), which is not followed`)
  const search = new URL(origin + path).search
  if (target.search !== search) throw refuse('to a path without its page and filters')
  return target.pathname + target.search
}

function parseLocation(location: string | undefined, from: string): URL | null {
  if (location === undefined) return null
  try {
    return new URL(location, from)
  } catch {
    return null
  }
}
