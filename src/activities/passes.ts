import { toQuery } from '../gem/filters.ts'
import { type StreamName, streams } from '../streams.ts'

/**
 * The queries by which a stream is read, one after the other: the whole list, or in a delta once for each filter
 * that can show a change.
 *
 * @param since begin of the delta's window, ISO 8601; null reads the whole list.
 */
export function passesOf(stream: StreamName, since: string | null): Record<string, string>[] {
  const { delta, includeDeleted } = streams[stream]
  const always = includeDeleted ? { include_deleted: true } : {}
  if (since === null || delta === 'whole') return [toQuery(always)]
  return delta.map((filter) => toQuery({ ...always, [filter]: since }))
}
