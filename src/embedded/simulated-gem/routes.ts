import { isListName, type ListName } from './types.ts'

/** Where a request goes. `absent`: a path that Gem may have but whose answers nobody outside knows. */
export type Route =
  | { kind: 'list'; list: ListName }
  | { kind: 'item'; list: ListName; id: string }
  | { kind: 'stages-of-job'; jobId: string }
  | { kind: 'absent' }
  | { kind: 'unknown' }

const absentLists: ReadonlySet<string> = new Set([
  ...[
    'departments',
    'sources',
    'rejection_reasons',
    'tags',
    'offers',
    'openings',
    'scorecards',
    'custom_fields',
  ],
])

/** Lists answer with and without a slash at the end, items without; nothing can be written. */
export function routeOf(method: string, path: string): Route {
  const [root, api, version, list, rawId, rest, ...more] = path.slice(1).split('/')
  const isAts = root === 'ats' && api === 'v0' && version !== undefined
  if (method !== 'GET' || !isAts || more.length > 0) return { kind: 'unknown' }
  return routeBelow(version, list, rawId, rest)
}

function routeBelow(list: string, rawId?: string, child?: string, rest?: string): Route {
  const isBare = rawId === undefined || (rawId === '' && child === undefined)
  if (isBare && absentLists.has(list)) return { kind: 'absent' }
  if (!isListName(list)) return { kind: 'unknown' }
  if (isBare) return { kind: 'list', list }
  const id = decode(rawId)
  if (id === undefined || id === '' || rest !== undefined) return { kind: 'unknown' }
  if (child === undefined) return { kind: 'item', list, id }
  return list === 'jobs' && child === 'stages' ? { kind: 'stages-of-job', jobId: id } : { kind: 'unknown' }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
