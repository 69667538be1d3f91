import type { World } from '../../src/embedded/simulated-gem/index.ts'
import { streamNames } from '../../src/embedded/simulated-gem/index.ts'
import type { Source } from '../support/oracle/index.ts'

/** Everything that Gem's lists show now. */
export function everything(world: World): Source {
  return Object.fromEntries(streamNames.map((name) => [name, [...world.objects(name)]])) as Source
}

/** What a delta reads of it: small lists whole, the others by the times that their filters look at. */
export function changedSince(world: World, since: Date): Source {
  const lists = everything(world)
  const after = (...fields: string[]) => {
    const isRecent = (raw: unknown) =>
      fields.some((field) => Date.parse(String((raw as Record<string, unknown>)[field])) >= since.getTime())
    return isRecent
  }
  return {
    ...lists,
    candidates: lists.candidates.filter(after('updated_at')),
    applications: lists.applications.filter(after('last_activity_at', 'applied_at')),
    scheduled_interviews: lists.scheduled_interviews.filter(after('updated_at')),
  }
}
