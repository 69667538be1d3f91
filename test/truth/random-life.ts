import type { Random } from '../../src/embedded/simulated-gem/generate/random.ts'
import {
  type GemObject,
  type StreamName,
  streamNames,
  type World,
} from '../../src/embedded/simulated-gem/index.ts'

const silent = { silent: true }

/** What `randomChange` leaves out: changes that move no time, transfers, records that cannot be mapped. */
const more: Record<string, (world: World, random: Random) => void> = {
  'edit silently': (world, random) => {
    const stream = random.pick(streamNames)
    edit(world, random, stream, fieldsFor(stream, random), silent)
  },
  'delete silently': (world, random) => {
    const stream = random.pick(streamNames)
    world.delete(stream, pickId(world, random, stream), silent)
  },
  undelete: (world, random) => {
    const stream = random.pick(streamNames)
    const marked = [...world.objects(stream)].filter(
      (object) => (object as GemObject).deleted_at !== undefined,
    )
    if (marked.length === 0) return
    const options = random.chance(0.5) ? silent : {}
    world.undelete(stream, String((random.pick(marked) as GemObject).id), options)
  },
  transfer: (world, random) => {
    world.transfer(pickId(world, random, 'applications'), pickId(world, random, 'jobs'))
  },
  'hand over': (world, random) => {
    const candidate_id = pickId(world, random, 'candidates')
    edit(world, random, 'applications', { candidate_id }, random.chance(0.5) ? silent : {})
  },
  'name several jobs': (world, random) => {
    const jobs = [0, 1].map(() => ({ id: pickId(world, random, 'jobs'), name: 'One of two' }))
    edit(world, random, 'applications', { jobs })
  },
  'belong to another job': (world, random) => {
    const stream = random.pick(['job_posts', 'job_stages'] as const)
    edit(world, random, stream, { job_id: pickId(world, random, 'jobs') })
  },
  'name someone unknown': (world, random) => {
    edit(world, random, 'scheduled_interviews', { application_id: `nobody-${random.below(9)}` })
  },
  break: (world, random) => {
    const stream = random.pick(streamNames)
    edit(world, random, stream, { [brokenFields[stream]]: 12 })
  },
  mend: (world, random) => {
    const stream = random.pick(streamNames)
    const broken = [...world.objects(stream)].filter(
      (object) => (object as GemObject)[brokenFields[stream]] === 12,
    )
    if (broken.length === 0) return
    const fields = { [brokenFields[stream]]: null }
    world.update(stream, String((random.pick(broken) as GemObject).id), fields)
  },
  'change interviewers': (world, random) => {
    const interviewers = [0, 1, 2].map(() => ({ id: pickId(world, random, 'users') }))
    edit(world, random, 'scheduled_interviews', { interviewers })
  },
}

/** A field of each list that is mapped, and that a number makes unreadable. */
const brokenFields: Record<StreamName, string> = {
  users: 'primary_email_address',
  jobs: 'requisition_id',
  job_posts: 'internal_content',
  job_stages: 'name',
  candidates: 'company',
  applications: 'credited_to',
  scheduled_interviews: 'start',
}

function fieldsFor(stream: StreamName, random: Random): GemObject {
  const text = `silent ${random.below(1e6)}`
  switch (stream) {
    case 'users':
      return { disabled: random.chance(0.5) }
    case 'jobs':
      return { departments: [{ id: text, name: text }] }
    case 'job_posts':
      return { content: text }
    case 'job_stages':
      return { priority: random.below(9), active: random.chance(0.7) }
    case 'candidates':
      return { title: text }
    case 'applications':
      return { source: { id: text, public_name: text } }
    case 'scheduled_interviews':
      return { interview: { id: text, name: text } }
  }
}

/** Makes one change of any kind; returns what it was. */
export function changeSomething(world: World, random: Random): string {
  if (random.chance(0.3)) {
    const kind = random.pick(Object.keys(more))
    more[kind]?.(world, random)
    return kind
  }
  const { kind, stream, id } = world.randomChange(() => random.next())
  // A new stage is a copy of another; Gem would not plan one interview at two places.
  if (kind === 'create' && stream === 'job_stages') world.update(stream, id, { interviews: [] }, silent)
  return `${kind} ${stream}`
}

function edit(world: World, random: Random, stream: StreamName, fields: GemObject, options = {}): void {
  world.update(stream, pickId(world, random, stream), fields, options)
}

export const pickId = (world: World, random: Random, stream: StreamName): string =>
  random.pick([...world.ids(stream)])
