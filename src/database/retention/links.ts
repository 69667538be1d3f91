import { isJsonObject, type JsonObject } from '../../json.ts'
import { instantOf, readTime } from '../../mappers/iso-time.ts'
import type { Model } from '../../mappers/model.ts'
import type { RejectedRecord } from '../../mappers/read-record.ts'
import { isRemoteId } from '../../mappers/remote-id.ts'
import { unpackValues } from '../packed-values.ts'
import { rowId } from '../row-id.ts'
import type { Row } from '../rows.ts'
import type { PersonalTable } from './blank-rows.ts'
import type { RowsOfPersons } from './find-due.ts'

/** By what the candidate can be found whom a record is about. */
export type Links = Partial<RowsOfPersons>

export const noLinks: Links = {}

/** What a mapped record names, see `whose.ts`. */
export function linksOf(account: string, model: Model, table: PersonalTable, row: Row): Links {
  const { id, remoteId, deleted, wanted } = row
  switch (table) {
    case 'candidates':
      // A mark without a readable time: the row knows since when it is deleted.
      return deleted !== null && deleted.at === null ? { candidates: [id] } : noLinks
    case 'applications':
      return wanted.candidate_id ? { candidates: [wanted.candidate_id] } : { named: [remoteId] }
    case 'interviews':
      return namedIn(account, unpackValues(model, row).remote_data)
  }
}

/** What a rejected record names, the candidate in whom it was embedded included; its row if it names nothing. */
export function linksOfRejected(account: string, table: PersonalTable, record: RejectedRecord): Links {
  const { raw, remoteId, holder } = record
  const own = remoteId === null ? [] : [rowId(account, table, remoteId)]
  const named = namedIn(account, isJsonObject(raw) ? raw : {})
  const candidates = [...(named.candidates ?? []), ...candidateIds(account, holder)]
  switch (table) {
    case 'candidates':
      return { candidates: own }
    case 'applications':
      if (candidates.length > 0) return { candidates }
      return { applications: own, named: present(remoteId) }
    case 'interviews':
      return candidates.length + (named.named?.length ?? 0) > 0
        ? { ...named, candidates }
        : { interviews: own }
  }
}

function namedIn(account: string, { candidate_id, application_id }: JsonObject): Links {
  const named = typeof application_id === 'string' ? [application_id] : []
  return {
    candidates: candidateIds(account, candidate_id),
    applications: named.map((name) => rowId(account, 'applications', name)),
    named: named.filter(isRemoteId),
  }
}

const candidateIds = (account: string, name: unknown) =>
  typeof name === 'string' ? [rowId(account, 'candidates', name)] : []

/** Whether Gem's own mark says that a candidate was deleted by then. */
export function isMarkedBefore({ deleted }: Row, time: Date): boolean {
  return deleted !== null && deleted.at !== null && instantOf(deleted.at) <= time.getTime()
}

/** The same of a candidate who could not be mapped: the mark may be read although the record is not as it should be. */
export function isRejectedMarkedBefore({ raw }: RejectedRecord, time: Date): boolean {
  if (!isJsonObject(raw) || typeof raw.deleted_at !== 'string') return false
  const at = readTime(raw.deleted_at.trim())
  return at !== null && instantOf(at) <= time.getTime()
}

const present = (id: string | null | undefined) => (id ? [id] : [])
