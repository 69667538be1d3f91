import { createChanges, type WorldChanges } from './changes.ts'
import { type GemObject, isObject, type StreamName, streamNames } from './types.ts'
import type { WorldState } from './world-state.ts'

/** What a random change did. */
export interface ChangeDescription {
  kind: string
  stream: StreamName
  id: string
}

export interface RandomChange {
  /** Makes one change of any kind to any object; `rng` gives numbers of at least 0 and below 1. */
  randomChange(rng: () => number): ChangeDescription
}

type Act = (changes: WorldChanges, id: string, other: string, rng: () => number) => void
type Kind = { stream: StreamName; weight: number; act: Act }

const kinds: Record<string, Kind> = {
  moveStage: { stream: 'applications', weight: 8, act: (changes, id) => changes.moveStage(id) },
  reject: { stream: 'applications', weight: 4, act: (changes, id) => changes.reject(id) },
  unreject: { stream: 'applications', weight: 2, act: (changes, id) => changes.unreject(id) },
  hire: { stream: 'applications', weight: 2, act: (changes, id) => changes.hire(id) },
  unhire: { stream: 'applications', weight: 1, act: (changes, id) => changes.unhire(id) },
  addNote: { stream: 'applications', weight: 1, act: (changes, id) => changes.addNote(id) },
  mergeCandidates: {
    stream: 'candidates',
    weight: 1,
    act: (changes, id, other) => (id === other ? undefined : changes.mergeCandidates(id, other)),
  },
  anonymise: { stream: 'candidates', weight: 1, act: (changes, id) => changes.anonymise(id) },
  publishPost: { stream: 'job_posts', weight: 2, act: (changes, id) => changes.publishPost(id) },
  unpublishPost: { stream: 'job_posts', weight: 2, act: (changes, id) => changes.unpublishPost(id) },
  editStagePlan: { stream: 'job_stages', weight: 2, act: (changes, id) => changes.editStagePlan(id) },
  cancelInterview: {
    stream: 'scheduled_interviews',
    weight: 2,
    act: (changes, id) => changes.cancelInterview(id),
  },
  editHiringTeam: {
    stream: 'jobs',
    weight: 2,
    act: (changes, id) => changes.editHiringTeam(id, (team) => Object.assign(team, rotated(team))),
  },
  renameEverywhere: {
    stream: 'users',
    weight: 2,
    act: (changes, id, _other, rng) =>
      changes.renameEverywhere('users', id, `Robin Renamed ${Math.floor(rng() * 1e6)}`),
  },
}

const anyStream: Record<
  string,
  { weight: number; act: (changes: WorldChanges, stream: StreamName, id: string, mark: number) => void }
> = {
  update: {
    weight: 14,
    act: (changes, stream, id, mark) => changes.update(stream, id, changeFor(stream, mark)),
  },
  delete: { weight: 4, act: (changes, stream, id) => changes.delete(stream, id) },
  undelete: { weight: 2, act: (changes, stream, id) => changes.undelete(stream, id) },
  vanish: { weight: 1, act: (changes, stream, id) => changes.vanish(stream, id) },
  reappear: { weight: 1, act: (changes, stream, id) => changes.reappear(stream, id) },
}

export function createRandomChange(state: WorldState): RandomChange {
  const changes = createChanges(state)
  const choices = [
    ...Object.entries(kinds).map(([kind, { weight }]) => ({ kind, weight })),
    ...Object.entries(anyStream).map(([kind, { weight }]) => ({ kind, weight })),
    { kind: 'create', weight: 8 },
  ]
  return {
    randomChange(rng) {
      const kind = pickWeighted(choices, rng)
      const stream = kinds[kind]?.stream ?? streamNames[Math.floor(rng() * streamNames.length)]!
      const id = kind === 'create' ? undefined : pickId(state, stream, rng, kind === 'reappear')
      if (id === undefined) return { kind: 'create', stream, id: createIn(state, changes, stream, rng) }
      const other = pickId(state, stream, rng, false) ?? id
      kinds[kind]?.act(changes, id, other, rng)
      anyStream[kind]?.act(changes, stream, id, state.sequence++)
      return { kind, stream, id }
    },
  }
}

function pickWeighted(choices: readonly { kind: string; weight: number }[], rng: () => number): string {
  let rest = rng() * choices.reduce((sum, { weight }) => sum + weight, 0)
  for (const { kind, weight } of choices) {
    rest -= weight
    if (rest < 0) return kind
  }
  return choices[0]!.kind
}

/** An object to change; undefined if none was hit on (an empty list, or one that has vanished but for a few). */
function pickId(
  state: WorldState,
  stream: StreamName,
  rng: () => number,
  vanished: boolean,
): string | undefined {
  const store = state.stores[stream]
  for (let attempt = 0; attempt < 50; attempt++) {
    const slot = Math.floor(rng() * store.slots)
    if (store.slots === 0 || store.verbatim.has(slot)) continue
    if (!vanished && store.isVanished(slot)) continue
    const id = store.idAt(slot)
    if (id !== undefined && store.find(id) === slot && isObject(store.at(slot))) return id
  }
  return undefined
}

function createIn(state: WorldState, changes: WorldChanges, stream: StreamName, rng: () => number): string {
  const fields: GemObject = {}
  const candidate = stream === 'applications' ? pickId(state, 'candidates', rng, false) : undefined
  if (candidate !== undefined) fields.candidate_id = candidate
  return changes.create(stream, fields)
}

/** A change that shows in the mapped row of every stream. */
function changeFor(stream: StreamName, mark: number): GemObject {
  switch (stream) {
    case 'users':
      return { primary_email_address: `changed.${mark}@example.com` }
    case 'jobs':
      return { requisition_id: `R-${mark}` }
    case 'job_posts':
      return { title: `Title ${mark}` }
    case 'job_stages':
      return { priority: mark }
    case 'candidates':
      return { title: `Title ${mark}` }
    case 'applications':
      return { source: { id: `source-${mark}`, public_name: `Source ${mark}` } }
    case 'scheduled_interviews':
      return { interview: { id: `definition-${mark}`, name: `Interview ${mark}` } }
  }
}

function rotated(team: GemObject): GemObject {
  return { recruiters: team.hiring_managers ?? [], hiring_managers: team.recruiters ?? [] }
}
