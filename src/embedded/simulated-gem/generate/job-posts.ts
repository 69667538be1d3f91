import type { GemObject } from '../types.ts'
import { makeId, startFor } from './ids.ts'
import { isConfidential } from './jobs.ts'
import { day, spreadTime } from './layout.ts'
import { Random } from './random.ts'
import { type Generation, iso, laterTime, markDeleted } from './shared.ts'

type Kind = 'external' | 'internal' | 'unlisted' | 'unpublished' | 'never' | 'deleted'
const kinds: readonly Kind[] = ['external', 'internal', 'unlisted', 'unpublished', 'never', 'deleted']

/** Post `slot` of job `job` nobody changed: published or not, external, internal, unlisted, deleted. */
export function generateJobPost({ layout, references }: Generation, job: number, slot: number): GemObject {
  const random = new Random(startFor(layout.seed, 'job_posts', slot) + 1)
  const created = spreadTime(job, layout.jobs) + day + (slot - layout.postStart[job]!)
  const updated = laterTime(random, created)
  const kind = kindOf(job, slot, random)
  const isDeleted = kind === 'deleted'
  const wasPublished = kind !== 'never' && !(isDeleted && random.chance(0.3))
  const title = String(references.jobs[job]!.name).trim()
  const post: GemObject = {
    id: makeId(layout.seed, 'job_posts', slot),
    title: slot % 8 === 3 ? `${title} ` : title,
    job_id: slot % 61 === 40 ? null : references.jobs[job]!.id,
    active: !isDeleted,
    live: kind === 'external' || kind === 'internal' || kind === 'unlisted',
    first_published_at: wasPublished ? iso(Math.min(updated, created + day)) : null,
    content: kind === 'internal' ? (random.chance(0.5) ? '' : null) : htmlFor(title, slot),
    created_at: iso(created),
    updated_at: iso(updated),
  }
  if (slot % 4 !== 3) {
    post.external = kind !== 'internal'
    post.internal = kind === 'internal' || random.chance(0.3)
    post.listed = kind !== 'unlisted'
    if (post.internal) post.internal_content = `<p>Internal: ${title}</p>`
  }
  return markDeleted(post, isDeleted ? updated : null)
}

function kindOf(job: number, slot: number, random: Random): Kind {
  if (isConfidential(job)) return 'never'
  if (slot < kinds.length) return kinds[slot]!
  const value = random.next()
  if (value < 0.5) return 'external'
  return kinds[1 + Math.floor((value - 0.5) * 10)] ?? 'external'
}

function htmlFor(title: string, slot: number): string {
  return (
    `<h2>${title}</h2><p>We are looking for a colleague who likes clear work &amp; kind people.</p>` +
    `<ul><li>Responsibility ${slot % 7}</li><li>Étendue: 100&nbsp;%</li></ul><p>Apply with a short letter.</p>`
  )
}
