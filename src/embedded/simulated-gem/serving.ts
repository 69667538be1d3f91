import { isPrivateCandidate } from './generate/layout.ts'
import { type GemObject, isObject, type StreamName } from './types.ts'
import { applicationsOf, type WorldState } from './world-state.ts'

/** Whether an element appears in the widest form of its list (`include_deleted=true`). */
export function isListed(state: WorldState, stream: StreamName, slot: number): boolean {
  const { switches, stores } = state
  const store = stores[stream]
  if (store.isVanished(slot)) return false
  if (stream === 'job_posts' && switches.deletedPosts === 'hidden' && store.isDeleted(slot)) return false
  return switches.restrictedVisible || !isRestricted(state, stream, slot)
}

function isRestricted({ stores }: WorldState, stream: StreamName, slot: number): boolean {
  const store = stores[stream]
  if (stream === 'candidates' && !store.isStored(slot)) return isPrivateCandidate(slot)
  if (stream !== 'candidates' && stream !== 'jobs') return false
  const element = store.at(slot)
  return isObject(element) && (element.is_private === true || element.confidential === true)
}

/**
 * The element at `slot` as it is served. `includeDeleted` decides on the applications inside a candidate,
 * `sign` on a new signature in the URLs of attachments. What it returns must not be changed.
 */
export function servedElement(
  state: WorldState,
  stream: StreamName,
  slot: number,
  options: { includeDeleted: boolean; sign: boolean },
): unknown {
  const store = state.stores[stream]
  const element = store.at(slot)
  if (store.verbatim.has(slot) || !isObject(element)) return element
  if (stream === 'applications') return servedApplication(state, element)
  if (stream === 'candidates') return servedCandidate(state, slot, element, options)
  if (stream === 'jobs' && state.switches.locationType)
    return { location_type: locationTypeOf(element), employment_type: 'full_time', ...element }
  return element
}

function servedCandidate(
  state: WorldState,
  slot: number,
  element: GemObject,
  options: { includeDeleted: boolean; sign: boolean },
): GemObject {
  const sign = options.sign && state.switches.attachmentUrls === 'changing'
  const candidate: GemObject = sign
    ? { ...element, attachments: signed(state, element.attachments) }
    : { ...element }
  const { applications } = state.stores
  const slots = applicationsOf(state, slot).filter(
    (application) => options.includeDeleted || !applications.isDeleted(application),
  )
  candidate.application_ids ??= slots.map((application) => applications.idAt(application))
  if (state.switches.embeddedApplications)
    candidate.applications ??= slots.map((application) =>
      servedElement(state, 'applications', application, options),
    )
  return candidate
}

function servedApplication(state: WorldState, element: GemObject): GemObject {
  const isClosed = element.status === 'hired' || element.status === 'rejected'
  if (!isClosed || state.switches.closedApplicationStage === 'kept') return element
  return { ...element, current_stage: null }
}

function signed(state: WorldState, attachments: unknown): unknown {
  if (!Array.isArray(attachments)) return attachments
  const signature = (state.sequence++).toString(16).padStart(16, '0')
  return attachments.map((attachment) =>
    isObject(attachment) && typeof attachment.url === 'string'
      ? { ...attachment, url: `${attachment.url}&signature=${signature}` }
      : attachment,
  )
}

function locationTypeOf(job: GemObject): string {
  const kinds = ['in_office', 'hybrid', 'remote'] as const
  return kinds[String(job.id).length % kinds.length]!
}
