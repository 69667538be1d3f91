import type { FieldErrors } from './answers.ts'
import type { Switches } from './switches.ts'
import type { ListName } from './types.ts'

type Kind = 'date' | 'boolean' | 'text' | 'ids'

const dates = {
  created_after: 'date',
  created_before: 'date',
  updated_after: 'date',
  updated_before: 'date',
} as const

const created = { created_after: 'date', created_before: 'date' } as const
const deleted = { include_deleted: 'boolean' } as const

/** The filters that each list takes; all other parameters are ignored, as Gem's library does. */
const filtersOf: Record<ListName, Record<string, Kind>> = {
  users: { ...dates, ...deleted, email: 'text' },
  jobs: {
    ...dates,
    ...deleted,
    status: 'text',
    requisition_id: 'text',
    department_id: 'text',
    office_id: 'text',
  },
  job_posts: { ...dates, live: 'boolean', active: 'boolean' },
  job_stages: { ...dates, ...deleted },
  candidates: { ...dates, ...deleted, job_id: 'text', email: 'text', candidate_ids: 'ids' },
  applications: { ...created, ...deleted, last_activity_after: 'date', job_id: 'text', status: 'text' },
  scheduled_interviews: {
    ...{
      ...dates,
      ...deleted,
      starts_after: 'date',
      starts_before: 'date',
      ends_after: 'date',
      ends_before: 'date',
    },
    ...{ external_event_id: 'text', actionable: 'boolean' },
  },
  offices: { ...deleted },
}

/** A request's parameters, checked. Dates are milliseconds. */
export interface Parameters {
  page: number
  perPage: number
  includeDeleted: boolean
  dates: Record<string, number>
  booleans: Record<string, boolean>
  texts: Record<string, string>
  ids: string[] | undefined
}

/** Reads the parameters of a list; what is wrong with them comes back by name instead. */
export function readParameters(
  list: ListName,
  query: URLSearchParams,
  switches: Switches,
): Parameters | FieldErrors {
  const errors: FieldErrors = {}
  const parameters: Parameters = {
    page: wholeNumber(query, 'page', 1, Number.MAX_SAFE_INTEGER, 1, errors),
    perPage: wholeNumber(query, 'per_page', 1, 500, 100, errors),
    ...{ includeDeleted: false, dates: {}, booleans: {}, texts: {}, ids: undefined },
  }
  for (const [name, kind] of Object.entries(filtersOf[list])) {
    const value = query.get(name)
    const isIgnored =
      switches.ignoredFilters.includes(name) || switches.ignoredFilters.includes(`${list}.${name}`)
    if (value === null || isIgnored) continue
    readFilter(parameters, { name, kind, values: query.getAll(name) }, switches, errors)
  }
  if (Object.keys(errors).length > 0 && switches.badParameters === '422') return errors
  parameters.includeDeleted = parameters.booleans.include_deleted ?? false
  return parameters
}

export function isParameters(result: Parameters | FieldErrors): result is Parameters {
  return typeof result.page === 'number'
}

function readFilter(
  parameters: Parameters,
  { name, kind, values }: { name: string; kind: Kind; values: string[] },
  switches: Switches,
  errors: FieldErrors,
): void {
  const value = values[0]!
  switch (kind) {
    case 'date':
      if (isIsoTime(value)) parameters.dates[name] = Date.parse(value)
      else errors[name] = ['Not a valid datetime.']
      return
    case 'boolean':
      if (value === 'true' || value === 'false') parameters.booleans[name] = value === 'true'
      else errors[name] = ['Not a valid boolean.']
      return
    case 'text':
      parameters.texts[name] = value
      return
    case 'ids': {
      const ids = values.flatMap((list) => list.split(',')).filter((id) => id !== '')
      if (ids.length > switches.maxCandidateIds)
        errors[name] = [`Longer than maximum length ${switches.maxCandidateIds}.`]
      parameters.ids = ids.slice(0, switches.maxCandidateIds)
    }
  }
}

const isoTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

function isIsoTime(text: string): boolean {
  return isoTime.test(text) && !Number.isNaN(Date.parse(text))
}

function wholeNumber(
  query: URLSearchParams,
  name: string,
  least: number,
  most: number,
  absent: number,
  errors: FieldErrors,
): number {
  const text = query.get(name)
  if (text === null) return absent
  if (!/^-?\d+$/.test(text)) errors[name] = ['Not a valid integer.']
  else if (Number(text) < least || Number(text) > most)
    errors[name] = [`Must be greater than or equal to ${least} and less than or equal to ${most}.`]
  else return Number(text)
  return Number.isNaN(Number(text)) ? absent : Math.min(most, Math.max(least, Math.trunc(Number(text))))
}
