import { sql } from 'kysely'
import type { Model } from '../mappers/model.ts'
import type { Db } from './connect.ts'
import { foreseeValues } from './derived/foreseen-values.ts'
import { writeApplicationFacts } from './facts/application-facts.ts'
import { writeJobPostFacts } from './facts/job-post-facts.ts'
import { writeJobStageFacts } from './facts/job-stage-facts.ts'
import { type Found, findMissingPairParents, findStored, type Known, nothingKnown } from './find-stored.ts'
import { type FactsChanges, type Followed, noChanges, noFactsChanges } from './follow-changes.ts'
import { writePairs } from './pairs.ts'
import type { PageContext, Row, WriteContext } from './rows.ts'
import { type Upserted, upsertRows } from './upsert-rows.ts'
import { uuids } from './uuid-array.ts'
import {
  type References,
  type Resolved,
  referencesOf,
  rememberWaitingReferences,
  resolveReferences,
} from './waiting-references.ts'

/** How many rows a batch inserted, changed and left as they were. */
export interface WriteCounts {
  inserted: number
  updated: number
  unchanged: number
}

/** What writing a batch did; `followChanges` has yet to bring up to date what follows from it. */
export interface Written extends Followed {
  readonly counts: WriteCounts
  /** New rows whose computed values are right already, if what they were foreseen of has been written as it came. */
  readonly foreseen: ReadonlySet<string>
}

/**
 * Writes rows of one model, with their pairs, waiting references and facts. Set-based: the statements do not grow
 * with the rows.
 *
 * @param embedded rows that came along in these and are written next.
 */
export async function writeRows(
  trx: Db,
  context: PageContext,
  model: Model,
  rows: readonly Row[],
  embedded: readonly Row[],
  known: Known | Found = nothingKnown,
): Promise<Written> {
  if (rows.length === 0) return { ...noChanges, counts: count(0, []), foreseen: new Set() }
  const { stored, missing } = 'missing' in known ? known : await findStored(trx, model, rows, known)
  const references = await keepChosenJobs(trx, model, rows, stored, resolveReferences(rows, missing))
  const added = rows.filter((row) => !stored.has(row.id))
  const foreseen = await foreseeValues(trx, context, model, added, embedded)
  const written = await upsertRows(trx, context, model, rows, { stored, references, foreseen })
  if (model.join) {
    await writePairs(trx, context, model.join, rows, missing, [...stored])
  }
  if (Object.keys(model.references).length > 0) {
    await rememberWaitingReferences(trx, context, model, rows, missing)
  }
  const facts = await writeFacts(trx, context, model, rows, stored)
  return {
    ...{ counts: count(rows.length, written), changes: { [model.table]: written }, facts },
    foreseen: new Set(foreseen.keys()),
  }
}

/** Brings the join rows in line with rows that are stored as they are: both are written by different statements. */
export async function comparePairs(
  trx: Db,
  context: PageContext,
  { join }: Model,
  rows: readonly Row[],
): Promise<void> {
  if (join === undefined || rows.length === 0) return
  const missing = await findMissingPairParents(trx, join, rows)
  const stored = rows.map((row) => row.id)
  await writePairs(trx, context, join, rows, missing, stored)
}

async function writeFacts(
  trx: Db,
  context: WriteContext,
  model: Model,
  rows: readonly Row[],
  stored: ReadonlySet<string>,
): Promise<FactsChanges> {
  switch (model.table) {
    case 'application_stages':
      return { ...noFactsChanges, stages: await writeJobStageFacts(trx, context, rows) }
    case 'job_postings':
      return { ...noFactsChanges, jobsOfPostings: await writeJobPostFacts(trx, context, rows) }
    case 'applications':
      return { ...noFactsChanges, severalJobs: await writeApplicationFacts(trx, context, rows, stored) }
    case 'users':
    case 'jobs':
    case 'candidates':
    case 'interviews':
      return noFactsChanges
  }
}

/** Which of several jobs counts is computed after the rows are written: until then the row keeps the job that it has. */
async function keepChosenJobs(
  trx: Db,
  model: Model,
  rows: readonly Row[],
  stored: ReadonlySet<string>,
  references: Resolved,
): Promise<Resolved> {
  const several = model.table === 'applications' ? rows.filter((row) => row.facts !== null) : []
  if (several.length === 0) return references
  const jobs = await jobsOf(
    trx,
    several.map((row) => row.id).filter((id) => stored.has(id)),
  )
  const kept = several.map((row): [string, References] => [
    row.id,
    { ...referencesOf(row, references), job_id: jobs.get(row.id) ?? null },
  ])
  return new Map([...references, ...kept])
}

async function jobsOf(trx: Db, applications: readonly string[]): Promise<Map<string, string | null>> {
  if (applications.length === 0) return new Map()
  const { rows } = await sql<{ id: string; job_id: string | null }>`
    select id, job_id from ats.applications where id = any(${uuids(applications)}::uuid[])`.execute(trx)
  return new Map(rows.map((row) => [row.id, row.job_id]))
}

function count(rows: number, written: readonly Upserted[]): WriteCounts {
  const inserted = written.filter((row) => row.inserted).length
  const updated = written.filter((row) => row.changed && !row.inserted).length
  return { inserted, updated, unchanged: rows - inserted - updated }
}
