/** One object of Gem's API: JSON with snake_case fields, every one of which may be null or absent. */
export type GemObject = Record<string, unknown>

/** The lists that the simulated account holds and that can be changed. */
export const streamNames = [
  'users',
  'job_stages',
  'jobs',
  'job_posts',
  'candidates',
  'applications',
  'scheduled_interviews',
] as const
export type StreamName = (typeof streamNames)[number]

/** The lists that are served; offices can only be read. */
export const listNames = [...streamNames, 'offices'] as const
export type ListName = (typeof listNames)[number]

export function isStreamName(name: string): name is StreamName {
  return (streamNames as readonly string[]).includes(name)
}

export function isListName(name: string): name is ListName {
  return (listNames as readonly string[]).includes(name)
}

export function isObject(value: unknown): value is GemObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The id of a list element, undefined where it has none that is a string. */
export function idOf(value: unknown): string | undefined {
  return isObject(value) && typeof value.id === 'string' ? value.id : undefined
}
