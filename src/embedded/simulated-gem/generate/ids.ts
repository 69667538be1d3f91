import { mix } from './random.ts'

/** What ids are made for, with the word that stands inside Gem's own ids of that kind. */
const kinds = {
  users: 'user',
  job_stages: 'jobstage',
  jobs: 'job',
  job_posts: 'jobpost',
  candidates: 'candidate',
  applications: 'application',
  scheduled_interviews: 'interview',
  offices: 'loc',
  departments: 'dept',
  sources: 'source',
  rejection_reasons: 'rejreason',
  definitions: 'intdef',
  stage_items: 'stageitem',
  kits: 'kit',
  questions: 'question',
  histories: 'history',
  scorecards: 'scorecard',
} as const
export type IdKind = keyof typeof kinds

const kindNumbers = Object.fromEntries(Object.keys(kinds).map((kind, index) => [kind, index + 1])) as Record<
  IdKind,
  number
>
const prefixes = Object.fromEntries(
  Object.entries(kinds).map(([kind, word]) => [kind, Buffer.from(`${word}:`)]),
) as Record<IdKind, Buffer>

const firstDecimal = 4_000_000_000

/**
 * The id of the object at `slot`. Every account mixes the forms that Gem's accounts mix: its own ids,
 * decimal ones brought along from Greenhouse, UUIDs from elsewhere, and global ids among candidates.
 */
export function makeId(seed: number, kind: IdKind, slot: number): string {
  // Ten neighbours have all ten forms, so that even a short list mixes them.
  const form = (mix(seed, kindNumbers[kind], 1) + slot * 3) % 10
  if (form < 3) return String(firstDecimal + slot * 1000 + (mix(seed, kindNumbers[kind], slot, 2) % 1000))
  if (form < 5) return uuidFrom(slotBytes(seed, kind, slot))
  if (form < 8 && kind === 'candidates') return Buffer.from(`Candidate:${slot + 10_000}`).toString('base64')
  return Buffer.concat([prefixes[kind], slotBytes(seed, kind, slot)]).toString('base64url')
}

/** The slot whose id this is, or undefined. The slot is hidden in the id so that no index of ids is needed. */
export function slotOfId(seed: number, kind: IdKind, id: string): number | undefined {
  const slot = readSlot(kind, id)
  if (slot === undefined || slot < 0 || slot > 0x7fffffff) return undefined
  return makeId(seed, kind, slot) === id ? slot : undefined
}

function readSlot(kind: IdKind, id: string): number | undefined {
  if (/^\d{10,13}$/.test(id)) return Math.floor((Number(id) - firstDecimal) / 1000)
  if (id.length === 36 && id[8] === '-') return slotFrom(Buffer.from(id.replaceAll('-', ''), 'hex'))
  const bytes = Buffer.from(id, 'base64url')
  if (kind === 'candidates' && bytes.subarray(0, 10).toString() === 'Candidate:')
    return Number(bytes.subarray(10).toString()) - 10_000
  return slotFrom(bytes.subarray(prefixes[kind].length))
}

function slotBytes(seed: number, kind: IdKind, slot: number): Buffer {
  const number = kindNumbers[kind]
  const bytes = Buffer.allocUnsafe(16)
  const first = mix(seed, number, slot, 3)
  const second = (mix(seed, number, slot, 4) & 0xffff0fff) | 0x4000
  const third = (mix(seed, number, slot, 5) & 0x3fffffff) | 0x80000000
  bytes.writeUInt32BE(first, 0)
  bytes.writeUInt32BE(second >>> 0, 4)
  bytes.writeUInt32BE(third >>> 0, 8)
  bytes.writeUInt32BE((slot ^ mix(first, second >>> 0, third >>> 0)) >>> 0, 12)
  return bytes
}

function slotFrom(bytes: Buffer): number | undefined {
  if (bytes.length !== 16) return undefined
  const mask = mix(bytes.readUInt32BE(0), bytes.readUInt32BE(4), bytes.readUInt32BE(8))
  return (bytes.readUInt32BE(12) ^ mask) >>> 0
}

function uuidFrom(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Random numbers for the object at `slot`, independent of those of every other object. */
export function startFor(seed: number, kind: IdKind, slot: number): number {
  return mix(seed, kindNumbers[kind], slot, 7)
}
