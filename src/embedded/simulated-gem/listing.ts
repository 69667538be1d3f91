import { type Answer, applicationError, success } from './answers.ts'
import { selectionOf } from './filters.ts'
import { isParameters, type Parameters, readParameters } from './parameters.ts'
import { servedElement } from './serving.ts'
import { isObject, type ListName } from './types.ts'
import { sliceView, type Views } from './views.ts'
import type { WorldState } from './world-state.ts'

/** A page of a list: its elements as JSON texts, and what the headers tell. */
export interface Page {
  elements: string[]
  page: number
  perPage: number
  total: number
}

/** Reads a page of a list, or answers what is wrong with the parameters. The options are read instead of what was asked for. */
export type ReadPage = (
  list: ListName,
  query: URLSearchParams,
  options?: { page?: number; perPage?: number },
) => Page | Answer

export function isPage(result: Page | Answer): result is Page {
  return 'elements' in result
}

export function createListing(state: WorldState, view: Views): ReadPage {
  let turn = 0
  return (list, query, options = {}) => {
    const parameters = readParameters(list, query, state.switches)
    if (!isParameters(parameters)) return applicationError(422, { query: parameters })
    const { page, perPage } = { ...parameters, ...options }
    if (list === 'offices') return pageOf(officesOf(state, parameters), page, perPage)
    const slots = view(list, selectionOf(state, list, parameters))
    const start = (page - 1) * perPage
    turn = state.switches.order === 'unstable' ? turn + 1 : 0
    const rows = sliceView(slots, start, start + perPage, turn)
    const served = { includeDeleted: parameters.includeDeleted, sign: true }
    const elements = rows.map((slot) => toJson(servedElement(state, list, slot, served)))
    return { elements, page, perPage, total: slots.length }
  }
}

/** The stages of one job, as `/jobs/{id}/stages` lists them. */
export function stagesOfJob(state: WorldState, jobId: string, query: URLSearchParams): Page | Answer {
  const parameters = readParameters('job_stages', query, state.switches)
  if (!isParameters(parameters)) return applicationError(422, { query: parameters })
  const jobs = state.stores.jobs
  const job = jobs.find(jobId)
  if (job === undefined || jobs.isVanished(job)) return applicationError(404, { message: 'Not found.' })
  const store = state.stores.job_stages
  const elements: string[] = []
  for (const slot of store.ordered()) {
    const isHidden = store.isVanished(slot) || (store.isDeleted(slot) && !parameters.includeDeleted)
    const stage = isHidden ? undefined : store.at(slot)
    if (isObject(stage) && stage.job_id === jobId) elements.push(toJson(stage))
  }
  return pageOf(elements, parameters.page, parameters.perPage)
}

/** Answers a page with what the library of Gem's backend tells about it in `X-Pagination`. */
export function pageAnswer(page: Page, withTotals: boolean): Answer {
  return success(`[${page.elements.join(',')}]`, withTotals ? { 'x-pagination': paginationOf(page) } : {})
}

function paginationOf({ page, perPage, total }: Page): string {
  const last = Math.ceil(total / perPage)
  return JSON.stringify({
    ...{ total, total_pages: last },
    ...(last === 0 ? {} : { first_page: 1, last_page: last }),
    ...(page > last ? {} : { page }),
    ...(page > last || page === 1 ? {} : { previous_page: page - 1 }),
    ...(page >= last ? {} : { next_page: page + 1 }),
  })
}

function officesOf(state: WorldState, parameters: Parameters): string[] {
  const offices = state.offices.filter(
    (office) => parameters.includeDeleted || office.deleted_at === undefined,
  )
  return offices.map(toJson)
}

function pageOf(all: string[], page: number, perPage: number): Page {
  return { elements: all.slice((page - 1) * perPage, page * perPage), page, perPage, total: all.length }
}

function toJson(element: unknown): string {
  return JSON.stringify(element) ?? 'null'
}
