import { isObject } from '../oracle/exact-json.ts'
import type { Json } from './pools.ts'

const copy = (id: string, change: Json): Json => ({
  id,
  status: 'active',
  jobs: [{ id: 'j-main', name: 'x' }],
  applied_at: '2026-02-01T00:00:00Z',
  ...change,
})

/** What a candidate embeds: copies of the list's applications, and for some what the list does not hold. */
export function applicationsEmbeddedIn(candidateId: string, applications: unknown[]): Json {
  const special = SPECIAL[candidateId]
  if (Object.hasOwn(SPECIAL, candidateId)) return { applications: special }
  if (candidateId === 'c-no-applications') return {}
  return {
    applications: applications.filter((a) => isObject(a) && a.candidate_id === candidateId && isPlain(a)),
  }
}

/** Wrong records and repeated ids are embedded by hand only. */
const isPlain = (application: Json): boolean =>
  typeof application.id === 'string' && !/^a-(wrong|twice|same|good-bad|bad-good)/.test(application.id)

const SPECIAL: Record<string, unknown> = {
  'c-bare': null,
  'c-holder': [
    copy('a-embedded-only', { source: { id: 's', public_name: ' Embedded ' }, last_activity_at: null }),
    copy('a-embedded-deleted', { candidate_id: null, deleted_at: 'some day', applied_at: '2020-01-01' }),
    copy('a-embedded-then-listed', { status: 'hired' }),
    copy('a-two-holders', { candidate_id: 'c-holder', last_activity_at: '2026-03-02', status: 'hired' }),
    copy('a-two-holders-older', {
      candidate_id: 'c-holder',
      last_activity_at: '2026-03-01',
      status: 'rejected',
    }),
    copy('a-two-holders-even', {
      candidate_id: 'c-holder',
      last_activity_at: '2026-03-01',
      status: 'rejected',
    }),
  ],
  'c-other-holder': [
    copy('a-two-holders', { candidate_id: 'c-other-holder', last_activity_at: '2026-03-01T23:59:59.999Z' }),
    copy('a-two-holders-older', {
      candidate_id: 'c-other-holder',
      last_activity_at: '2026-03-01T00:00:00.001Z',
    }),
    copy('a-two-holders-even', {
      candidate_id: 'c-other-holder',
      last_activity_at: '2026-03-01T01:00:00+01:00',
    }),
    copy('a-somebody-else', { candidate_id: 'c-bare', source: { public_name: 'Of another' } }),
    copy('a-of-nobody', { candidate_id: 'c-nobody-knows' }),
  ],
  'c-merged-loser': [copy('a-merged', { candidate_id: 'c-merged-loser', source: { public_name: 'Before' } })],
  'c-embedding': [
    copy('a-embedded-newer', {
      last_activity_at: '2026-09-09',
      status: 'rejected',
      rejected_at: '2026-09-09',
    }),
    copy('a-embedded-older', { last_activity_at: '2020-01-01', status: 'rejected' }),
    copy('a-list-is-wrong', { candidate_id: 'c-embedding', status: 'hired', last_activity_at: '2026-01-01' }),
  ],
  'c-malformed-embedded': [
    ...[null, 5, 'x', true, [], {}, { id: '' }, { id: 7 }, { id: 'nul\u0000' }, { id: 'x'.repeat(1001) }],
    copy('a-malformed-only', { status: 5 }),
    copy('a-malformed-but-listed', { jobs: 'x' }),
    copy('a-good-among-bad', { source: { id: 's', public_name: 'Good' } }),
  ],
}
