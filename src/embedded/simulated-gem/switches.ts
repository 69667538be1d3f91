import type { ListName } from './types.ts'

/** What nobody outside of Gem knows about its API, each with the value that the simulator assumes. */
export interface Switches {
  /** Order of lists. `unstable`: rows trade places within a neighbourhood of 64 from one request to the next. */
  order: 'created-asc' | 'created-desc' | 'updated-desc' | 'unstable'
  /** Whether lists carry the `X-Pagination` header. */
  totals: boolean
  /** Whether a row whose time equals `*_after` is listed. `*_before` always excludes it. */
  boundary: 'inclusive' | 'exclusive'
  /** What a bad `page`, `per_page`, date or boolean leads to: an error, or the nearest good value. */
  badParameters: '422' | 'clamp'
  /** How many `candidate_ids` one request may name; more are a bad parameter. */
  maxCandidateIds: number
  /** Filters that are ignored without a word: `updated_after`, or for one list `candidates.updated_after`. */
  ignoredFilters: string[]
  /** Every request answers 429 `Limit Exceeded`. */
  quotaExceeded: boolean
  /** Lists (and their items) that the key may not read: 403 in the application's form. */
  forbidden: ListName[]
  /** Whether single objects can be read; if not, each of them answers 404. */
  itemReads: boolean
  /** What moves an application's `last_activity_at`. */
  lastActivityMoves: 'stage-and-status' | 'everything' | 'nothing'
  /** Whether a candidate's `updated_at` moves with its applications. */
  candidateFollowsApplications: boolean
  /** The time that `created_after` and `created_before` of applications look at. */
  applicationsCreated: 'applied_at' | 'creation'
  /** Whether candidates carry their `applications`. */
  embeddedApplications: boolean
  /** Whether deleted job posts are listed (with `active` false). */
  deletedPosts: 'inactive' | 'hidden'
  /** What a cancelled interview becomes. */
  cancelledInterviews: 'deleted' | 'vanish'
  /** What the losing candidate of a merge becomes. */
  mergedCandidates: 'deleted' | 'vanish'
  /** Whether hired and rejected applications still name their stage. */
  closedApplicationStage: 'kept' | 'null'
  /** Whether jobs carry `location_type` and `employment_type`. */
  locationType: boolean
  /** Whether confidential jobs and private candidates are listed. */
  restrictedVisible: boolean
  /** Whether the URL of an attachment is signed anew on each read. */
  attachmentUrls: 'changing' | 'stable'
  /** An answer larger than this is refused with 500, as a gateway does. Null: no limit. */
  maxBodyBytes: number | null
}

export const defaultSwitches: Readonly<Switches> = {
  order: 'created-asc',
  totals: true,
  boundary: 'inclusive',
  badParameters: '422',
  maxCandidateIds: 50,
  ignoredFilters: [],
  quotaExceeded: false,
  forbidden: [],
  itemReads: true,
  lastActivityMoves: 'stage-and-status',
  candidateFollowsApplications: false,
  applicationsCreated: 'applied_at',
  embeddedApplications: true,
  deletedPosts: 'inactive',
  cancelledInterviews: 'deleted',
  mergedCandidates: 'deleted',
  closedApplicationStage: 'kept',
  locationType: false,
  restrictedVisible: true,
  attachmentUrls: 'changing',
  maxBodyBytes: 10_000_000,
}
