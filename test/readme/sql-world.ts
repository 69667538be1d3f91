import type { Source } from '../support/oracle/index.ts'

const DAY = 86_400_000

/** A small company, whose figures can be counted on one's fingers. Times are so many days from now. */
export function smallCompany(now: number): Source {
  const at = (days: number) => new Date(now + days * DAY).toISOString()
  const stage = (id: string, job: string, name: string, priority: number) => ({
    ...{ id, job_id: job, name, priority, active: true, interviews: [] },
    ...{ created_at: at(-300), updated_at: at(-300) },
  })
  const job = (id: string, name: string, status: string, more: object) => ({
    ...{ id, name, status, requisition_id: id.toUpperCase(), created_at: at(-300), updated_at: at(-90) },
    ...more,
  })
  const application = (id: string, candidate: string, more: object) => ({
    ...{
      id,
      candidate_id: candidate,
      jobs: [{ id: 'eng' }],
      current_stage: { id: 'eng-1' },
      status: 'active',
    },
    ...{ applied_at: at(-40), last_activity_at: at(-1), ...more },
  })
  const interview = (
    id: string,
    app: string,
    startsIn: number,
    hours: number,
    users: string[],
    more = {},
  ) => ({
    ...{ id, application_id: app, created_at: at(-60), updated_at: at(-60) },
    ...{ start: { date_time: at(startsIn) }, end: { date_time: at(startsIn + hours / 24) } },
    interviewers: users.map((user) => ({ id: user })),
    ...more,
  })
  const candidate = (id: string, first: string, last: string) => ({
    ...{ id, first_name: first, last_name: last, created_at: at(-50), updated_at: at(-1), applications: [] },
  })
  const source = (name: string) => ({ source: { id: name, public_name: name } })
  const rejected = (days: number, reason: string, type: string) => ({
    ...{ status: 'rejected', rejected_at: at(days) },
    rejection_reason: { id: reason, name: reason, type: { id: type, name: type } },
  })
  return {
    users: [
      { id: 'ana', first_name: 'Ana', last_name: 'Ruiz', created_at: at(-400), updated_at: at(-400) },
      { id: 'bo', first_name: 'Bo', last_name: 'Chen', created_at: at(-400), updated_at: at(-400) },
    ],
    job_stages: [
      ...[stage('eng-1', 'eng', 'Screen', 1), stage('eng-2', 'eng', 'Onsite', 2)],
      ...[stage('ops-1', 'ops', 'Call', 1), stage('old-1', 'old', 'Call', 1)],
    ],
    jobs: [
      job('eng', 'Engineer', 'open', {
        ...{ opened_at: at(-100.5), departments: [{ id: 'd1', name: 'Product' }] },
        offices: [{ id: 'o1', name: 'Berlin', location: { name: 'Berlin, Germany' } }],
        hiring_team: { hiring_managers: [{ id: 'ana' }], recruiters: [{ id: 'ana' }, { id: 'bo' }] },
      }),
      job('ops', 'Operator', 'open', {
        opened_at: at(-10.5),
        departments: [{ id: 'd2', name: 'Operations' }],
      }),
      job('old', 'Archivist', 'closed', { opened_at: at(-200), closed_at: at(-150) }),
    ],
    job_posts: [],
    candidates: [
      ...[candidate('c1', 'Jo', 'Adams'), candidate('c2', 'Kim', 'Berg'), candidate('c3', 'Lou', 'Cole')],
      ...[candidate('c4', 'Max', 'Diaz'), candidate('c5', 'Noa', 'Eke'), candidate('c6', 'Oz', 'Fox')],
    ],
    applications: [
      // Hired after 10, 20 and 60 days; the last for a job without a department.
      application('a1', 'c1', {
        status: 'hired',
        applied_at: at(-30),
        last_activity_at: at(-20),
        ...source('Referral'),
      }),
      application('a2', 'c2', {
        status: 'hired',
        applied_at: at(-30),
        last_activity_at: at(-10),
        ...source('Board'),
      }),
      application('a3', 'c3', {
        ...{ status: 'hired', applied_at: at(-220), last_activity_at: at(-160), ...source('Referral') },
        ...{ jobs: [{ id: 'old' }], current_stage: { id: 'old-1' } },
      }),
      // Pending: quiet for 20 days, quiet with an interview ahead, and lively in the next stage.
      application('a4', 'c4', { last_activity_at: at(-20.5), ...source('Board') }),
      application('a5', 'c5', { last_activity_at: at(-30.5), ...source('Board') }),
      application('a6', 'c6', { current_stage: { id: 'eng-2' } }),
      // Declined: two for one reason, one too long ago; and one that was deleted.
      application('a7', 'c4', rejected(-5, 'Too junior', 'We said no')),
      application('a8', 'c5', rejected(-6, 'Too junior', 'We said no')),
      application('a9', 'c6', rejected(-400, 'Salary', 'They said no')),
      application('a10', 'c6', { ...rejected(-7, 'Salary', 'They said no'), deleted_at: at(-3) }),
    ],
    scheduled_interviews: [
      interview('i1', 'a5', 2, 1.5, ['ana', 'bo']),
      interview('i2', 'a6', 3, 1, ['bo']),
      interview('i3', 'a1', -25, 1, ['ana']),
      interview('i4', 'a1', -90, 1, ['ana']),
      interview('i5', 'a4', 4, 1, ['ana'], { deleted_at: at(-1) }),
    ],
  }
}
