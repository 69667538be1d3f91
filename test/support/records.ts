/** Records of Gem's with little more than what a test is about. */
export type Fields = Record<string, unknown>
export const user = (id: string) => ({ id, first_name: 'Ana' })
export const job = (id: string, fields: Fields = {}) => ({ id, name: id, status: 'open', ...fields })
export const stage = (id: string, jobId: string, fields: Fields = {}) => ({
  id,
  name: id,
  job_id: jobId,
  priority: 1,
  ...fields,
})
export const post = (id: string, jobId: string, fields: Fields = {}) => ({
  ...{ id, job_id: jobId, title: id, content: `<p>${id}</p>`, active: true, live: true },
  first_published_at: '2026-01-01T00:00:00Z',
  ...fields,
})
export const application = (id: string, fields: Fields = {}) => ({ id, status: 'active', ...fields })
export const interview = (id: string, applicationId: string, fields: Fields = {}) => ({
  id,
  application_id: applicationId,
  ...fields,
})
