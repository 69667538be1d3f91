import type { Random } from '../../../src/embedded/simulated-gem/generate/random.ts'
import {
  type GemObject,
  type StreamName,
  streamNames,
  type World,
} from '../../../src/embedded/simulated-gem/index.ts'

/** What recruiters do in a day: a few records come, change, go and come back. */
export function changeSomeRecords(world: World, random: Random): void {
  for (let count = 1 + random.below(4); count > 0; count--) changeOne(world, random)
}

function changeOne(world: World, random: Random): void {
  const stream = random.pick(streamNames)
  const id = random.pick([...world.ids(stream)])
  const isDeleted = world.get(stream, id)?.deleted_at !== undefined
  if (isDeleted) world.undelete(stream, id)
  else if (random.chance(0.25)) world.delete(stream, id)
  else if (random.chance(0.3)) create(world, random, stream)
  else world.update(stream, id, fieldsOf(stream, random))
}

function create(world: World, random: Random, stream: StreamName): void {
  const fields: GemObject = {}
  if (stream === 'applications') fields.candidate_id = random.pick([...world.ids('candidates')])
  // A new stage is a copy of another; Gem would not plan one interview at two places.
  if (stream === 'job_stages') fields.interviews = []
  world.create(stream, fields)
}

function fieldsOf(stream: StreamName, random: Random): GemObject {
  const text = `changed ${random.below(1e6)}`
  switch (stream) {
    case 'users':
      return { disabled: random.chance(0.5) }
    case 'jobs':
      return { requisition_id: text }
    case 'job_posts':
      return { title: text }
    case 'job_stages':
      return { priority: random.below(9) }
    case 'candidates':
      return { title: text }
    case 'applications':
      return { source: { id: text, public_name: text } }
    case 'scheduled_interviews':
      return { interview: { id: text, name: text } }
  }
}
