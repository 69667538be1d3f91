import { isJsonObject } from '../../json.ts'
import { instantOf, readTime } from '../../mappers/iso-time.ts'
import type { RejectedRecord } from '../../mappers/read-record.ts'
import { rowId } from '../row-id.ts'
import type { Row } from '../rows.ts'
import type { PersonalTable } from './blank-rows.ts'
import type { RowsOfPersons } from './find-due.ts'

/** Row ids by which the candidate can be found whom a record is about. */
export type Links = Partial<RowsOfPersons>

export const noLinks: Links = {}

export function linksOf(table: PersonalTable, { id, deleted, wanted }: Row): Links {
  switch (table) {
    case 'candidates':
      // A mark without a readable time: the row knows since when it is deleted.
      return deleted !== null && deleted.at === null ? { candidates: [id] } : noLinks
    case 'applications':
      return { candidates: present(wanted.candidate_id) }
    case 'interviews':
      return { applications: present(wanted.application_id) }
  }
}

/** By the row that the record has, by those that it names, and by the candidate in whom it was embedded. */
export function linksOfRejected(account: string, table: PersonalTable, record: RejectedRecord): Links {
  const { raw, remoteId, holder } = record
  const idIn = (parents: 'candidates' | 'applications', name: unknown) =>
    typeof name === 'string' ? [rowId(account, parents, name)] : []
  const named = isJsonObject(raw) ? raw : {}
  const own = remoteId === null ? [] : [rowId(account, table, remoteId)]
  const candidates = [...idIn('candidates', named.candidate_id), ...idIn('candidates', holder)]
  switch (table) {
    case 'candidates':
      return { candidates: own }
    case 'applications':
      return { candidates, applications: own }
    case 'interviews':
      return { candidates, applications: idIn('applications', named.application_id), interviews: own }
  }
}

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
