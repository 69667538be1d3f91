import { overwrites, readApplication } from './applications.ts'
import { readCandidate } from './candidates.ts'
import { isObject } from './exact-json.ts'
import { tablesOf } from './index.ts'
import { readInterview } from './interviews.ts'
import { readPosting } from './job-postings.ts'
import { readJob } from './jobs.ts'
import { Rejected, readableId } from './shape.ts'
import { readStage } from './stages.ts'
import {
  ANY,
  type ExpectedTables,
  type GemRecord,
  joinTableNames,
  type OracleOptions,
  type RejectedRecord,
  type Row,
  type Source,
  type Stream,
  TimeSpan,
} from './types.ts'
import { readUser } from './users.ts'
import { readWorld, type World } from './world.ts'

/** What one sync read of each list, and when. */
export interface Reading {
  readonly lists: Source
  /** A complete pass over everything: what it did not show is gone. */
  readonly isFull: boolean
  readonly during: { readonly from: Date; readonly to: Date }
}

/** Parents before what refers to them; the applications list after the candidates. */
const streams: readonly Stream[] = [
  'users',
  'job_stages',
  'jobs',
  'job_posts',
  'candidates',
  'applications',
  'scheduled_interviews',
]

const readers: Record<Stream, (raw: unknown) => GemRecord> = {
  users: readUser,
  job_stages: readStage,
  jobs: readJob,
  job_posts: readPosting,
  candidates: readCandidate,
  applications: readApplication,
  scheduled_interviews: readInterview,
}

const emptyLists = <T>(make: () => T) =>
  Object.fromEntries(streams.map((name) => [name, make()])) as Record<Stream, T>

/**
 * The expected tables over time. It remembers of each record the last copy that could be read, and of what is gone
 * when that was proven; the tables follow from the memory alone.
 */
export class Life {
  readonly #options: OracleOptions
  readonly #latest = emptyLists(() => new Map<string, unknown>())
  readonly #gone = emptyLists(() => new Map<string, TimeSpan>())
  readonly #rejected = emptyLists(() => new Set<string | null>())
  #pairs: Pick<ExpectedTables, (typeof joinTableNames)[number]> | null = null

  constructor(options: OracleOptions) {
    this.#options = options
  }

  /** Takes in what a sync has read; the expected tables after it. */
  read({ lists, isFull, during }: Reading): ExpectedTables {
    const span = new TimeSpan(during)
    const seen = emptyLists(() => new Set<string | null>())
    for (const stream of streams) {
      for (const raw of lists[stream]) {
        seen[stream].add(this.#take(stream, raw))
        if (stream !== 'candidates') continue
        for (const copy of embeddedIn(raw)) seen.applications.add(this.#takeCopy(copy, readableId(raw)))
      }
    }
    if (isFull) for (const stream of streams) this.#conclude(stream, seen[stream], span)
    return this.#tables(span)
  }

  /** Keeps a record unless it must be rejected: then the row stays as it was. */
  #take(stream: Stream, raw: unknown): string | null {
    const id = readableId(raw)
    try {
      readers[stream](raw)
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      this.#rejected[stream].add(id)
      return id
    }
    if (id === null) return id
    this.#latest[stream].set(id, raw)
    this.#gone[stream].delete(id)
    this.#rejected[stream].delete(id)
    return id
  }

  /** An embedded copy gives way to a row whose last activity is newer. */
  #takeCopy(raw: unknown, holder: string | null): string | null {
    const id = readableId(raw)
    const known = id === null ? undefined : this.#latest.applications.get(id)
    try {
      const isOlder =
        known !== undefined && !overwrites(readApplication(raw, holder), readApplication(known, holder))
      if (!isOlder) return this.#take('applications', raw)
      this.#rejected.applications.delete(id)
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      this.#rejected.applications.add(id)
    }
    return id
  }

  /**
   * What a full pass has not shown is gone, unless a record without an id could be any of it. What is gone is no longer
   * rejected either: a record without an id that is not shown again, one whose row is marked as deleted.
   */
  #conclude(stream: Stream, seen: ReadonlySet<string | null>, span: TimeSpan): void {
    const isMarked = (id: string, raw: unknown) =>
      this.#gone[stream].has(id) || readers[stream](raw).deletedAt !== null
    const unseen = [...this.#latest[stream]].filter(([id]) => !seen.has(id))
    if (!seen.has(null)) {
      for (const [id, raw] of unseen) if (!isMarked(id, raw)) this.#gone[stream].set(id, span)
      this.#rejected[stream].delete(null)
    }
    for (const [id, raw] of unseen) if (isMarked(id, raw)) this.#rejected[stream].delete(id)
  }

  #tables(span: TimeSpan): ExpectedTables {
    const { world } = readWorld(this.#source())
    this.#markGone(world)
    const tables = tablesOf(world, this.#options)
    for (const table of joinTableNames) {
      for (const [key, row] of this.#pairs?.[table] ?? []) {
        if (tables[table].has(key)) continue
        tables[table].set(key, {
          ...row,
          ...lastIndex(row),
          remote_deleted_at: row.remote_deleted_at ?? span,
        })
      }
    }
    this.#pairs = tables
    return { ...tables, rejected: this.#rejectedRecords() }
  }

  /** The latest copies as lists; applications stand in their own. */
  #source(): Source {
    const lists = Object.fromEntries(
      streams.map((name) => [name, [...this.#latest[name].values()]]),
    ) as Source
    return { ...lists, candidates: lists.candidates.map(withoutApplications) }
  }

  #markGone(world: World): void {
    const mark = <T extends GemRecord>(
      stream: Stream,
      records: Map<string, T>,
      what: (record: T) => void,
    ) => {
      for (const [id, span] of this.#gone[stream]) {
        const record = records.get(id)
        if (record === undefined) throw new Error(`${stream} ${id} was never there`)
        record.deletedAt = span
        what(record)
      }
    }
    const nothing = () => {}
    mark('users', world.users, (user) => Object.assign(user.own, { status: 'INACTIVE' }))
    mark('job_stages', world.application_stages, (stage) => Object.assign(stage, { ordered: false }))
    mark('jobs', world.jobs, nothing)
    mark('job_posts', world.job_postings, (posting) => {
      posting.own.status = 'INACTIVE'
      posting.chosenFrom = false
    })
    mark('candidates', world.candidates, nothing)
    mark('applications', world.applications, nothing)
    mark('scheduled_interviews', world.interviews, nothing)
  }

  #rejectedRecords(): RejectedRecord[] {
    return streams.flatMap((stream) =>
      [...this.#rejected[stream]].map((remote_id) => ({ stream, remote_id })),
    )
  }
}

/** A dead pair keeps its last index, which may be one that a part of the new order gave it. */
const lastIndex = (pair: Row): Row => (Object.hasOwn(pair, 'index') ? { index: ANY } : {})

function embeddedIn(candidate: unknown): unknown[] {
  const copies = isObject(candidate) ? candidate.applications : null
  return Array.isArray(copies) ? copies.filter((copy: unknown) => copy !== null) : []
}

function withoutApplications(candidate: unknown): unknown {
  if (!isObject(candidate)) return candidate
  const { applications: _, ...rest } = candidate
  return rest
}
