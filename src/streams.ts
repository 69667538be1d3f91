/**
 * Gem's lists, as data: where each is read, what it needs to be read first, and how a delta narrows it.
 * A leaf module: workflow code imports it, so nothing here may reach Node, zod or a client.
 */

/** How a delta reads a stream: the whole list, or one pass for each filter with the window's begin as value. */
export type DeltaRead = 'whole' | readonly string[]

export interface Stream {
  /** Path of the collection, with the trailing slash that Gem documents. */
  readonly path: string
  /** Main table of `ats` that its records become. */
  readonly model: MainTable
  /** Streams whose rows this one refers to: they are read first. Order only: a failed parent never blocks. */
  readonly dependsOn: readonly StreamName[]
  readonly delta: DeltaRead
  /** Whether Gem documents `include_deleted` for this list (job posts show deleted ones as `active: false`). */
  readonly includeDeleted: boolean
}

export type MainTable =
  | 'users'
  | 'jobs'
  | 'job_postings'
  | 'candidates'
  | 'application_stages'
  | 'applications'
  | 'interviews'

export type JoinTable = 'job_application_stages' | 'job_hiring_team_members' | 'interviewing_team_members'

export type StreamName =
  | 'users'
  | 'job_stages'
  | 'jobs'
  | 'job_posts'
  | 'candidates'
  | 'applications'
  | 'scheduled_interviews'

export const streams: Record<StreamName, Stream> = {
  users: { path: '/ats/v0/users/', model: 'users', dependsOn: [], delta: 'whole', includeDeleted: true },
  job_stages: {
    path: '/ats/v0/job_stages/',
    model: 'application_stages',
    dependsOn: [],
    delta: 'whole',
    includeDeleted: true,
  },
  jobs: {
    path: '/ats/v0/jobs/',
    model: 'jobs',
    dependsOn: ['users', 'job_stages'],
    delta: 'whole',
    includeDeleted: true,
  },
  job_posts: {
    path: '/ats/v0/job_posts/',
    model: 'job_postings',
    dependsOn: ['users', 'job_stages'],
    delta: 'whole',
    includeDeleted: false,
  },
  candidates: {
    path: '/ats/v0/candidates/',
    model: 'candidates',
    dependsOn: ['jobs', 'job_posts'],
    delta: ['updated_after'],
    includeDeleted: true,
  },
  // Read after the candidates: where a copy embedded in a candidate and the list differ, the list is later and wins.
  applications: {
    path: '/ats/v0/applications/',
    model: 'applications',
    dependsOn: ['candidates'],
    delta: ['last_activity_after', 'created_after'],
    includeDeleted: true,
  },
  scheduled_interviews: {
    path: '/ats/v0/scheduled_interviews/',
    model: 'interviews',
    dependsOn: ['applications'],
    delta: ['updated_after'],
    includeDeleted: true,
  },
}

export const streamNames = Object.keys(streams) as StreamName[]

export const mainTables = streamNames.map((name) => streams[name].model)

/**
 * Phases of a sync: streams of one phase do not need each other and run side by side.
 *
 * @throws Error when the declared dependencies form a cycle.
 */
export function computePhases(names: readonly StreamName[]): StreamName[][] {
  const wanted = new Set(names)
  const done = new Set<StreamName>()
  const phases: StreamName[][] = []
  while (done.size < wanted.size) {
    const ready = streamNames.filter(
      (name) =>
        wanted.has(name) &&
        !done.has(name) &&
        streams[name].dependsOn.every((parent) => isSettled(parent, wanted, done)),
    )
    if (ready.length === 0) throw new Error(`streams depend on each other in a circle: ${names.join(', ')}`)
    for (const name of ready) done.add(name)
    phases.push(ready)
  }
  return phases
}

/** A parent that is not wanted is not waited for, but what it depends on in turn still comes first. */
function isSettled(parent: StreamName, wanted: Set<StreamName>, done: Set<StreamName>): boolean {
  if (wanted.has(parent)) return done.has(parent)
  return streams[parent].dependsOn.every((ancestor) => isSettled(ancestor, wanted, done))
}

/** The given main tables' streams and all that they derive from, in the order of a sync. */
export function streamsOf(models: readonly MainTable[]): StreamName[] {
  const wanted = new Set<StreamName>()
  const want = (name: StreamName) => {
    wanted.add(name)
    for (const source of derivedFrom[name]) if (!wanted.has(source)) want(source)
  }
  for (const name of streamNames) if (models.includes(streams[name].model)) want(name)
  return streamNames.filter((name) => wanted.has(name))
}

/** The streams of an account by its setting `models` as it is stored: all, if it is none. */
export function syncedStreams(models: unknown): readonly StreamName[] {
  return Array.isArray(models) ? streamsOf(mainTables.filter((table) => models.includes(table))) : streamNames
}

/** Streams that decide columns of a stream's rows: references and computed values (unified-model.md section 3). */
const derivedFrom: Record<StreamName, readonly StreamName[]> = {
  users: [],
  job_stages: ['jobs'],
  jobs: ['users', 'job_stages', 'job_posts'],
  job_posts: ['jobs'],
  candidates: ['applications'],
  applications: ['jobs', 'job_stages', 'candidates'],
  scheduled_interviews: ['users', 'job_stages', 'applications'],
}
