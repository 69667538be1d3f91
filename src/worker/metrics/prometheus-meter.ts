import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import manifest from '../../../package.json' with { type: 'json' }
import type { MeasuredPage, Meter, RowChange } from '../../activities/meter.ts'
import type { RunState } from '../../database/database-types.ts'
import { type MainTable, mainTables, type StreamName, streamNames } from '../../streams.ts'

const changes: readonly RowChange[] = ['inserted', 'updated', 'unchanged', 'deleted']
const endStates = ['SUCCEEDED', 'PARTIALLY_FAILED', 'FAILED', 'AUTHENTICATION_FAILED', 'CANCELLED'] as const
const pauseReasons = ['throttled', 'quota'] as const

/** Statuses that Gem and its gateway are known to send; others count by their hundred, so that labels stay few. */
const knownStatuses = new Set([200, 400, 401, 403, 404, 413, 422, 429, 500, 502, 503, 504])

/** Counts what this process does, for Prometheus. All labels are bounded, and none of them names an account. */
export class PrometheusMeter implements Meter {
  readonly #registry = new Registry()
  readonly #rows = this.#counter('rows_total', 'Rows committed, by table of ats and what became of them', [
    ...['model', 'change'],
  ])
  readonly #pages = this.#counter('pages_total', "Pages committed, by Gem's list", ['stream'])
  readonly #rejected = this.#counter(
    'rejected_records_total',
    "Records that could not be mapped, by Gem's list",
    ['stream'],
  )
  readonly #warnings = this.#counter(
    'value_warnings_total',
    "Odd values that became null or were dropped, by Gem's list",
    ['stream'],
  )
  readonly #requests = this.#counter(
    'gem_requests_total',
    'Requests to Gem, by its list and the HTTP status; none: no whole answer came',
    ['stream', 'status'],
  )
  readonly #slotWaits = this.#counter(
    'limiter_wait_seconds_total',
    "Seconds that requests have waited for their account's own limiter",
    [],
  )
  readonly #pauses = this.#counter(
    'gem_pause_seconds_total',
    'Seconds that Gem has told lists to wait, by reason',
    ['reason'],
  )
  readonly #heldBack = this.#counter(
    'deletions_held_back_total',
    'Full readings after which so many rows seemed gone that none was marked, by table of ats',
    ['model'],
  )
  readonly #runs = this.#counter('runs_ended_total', 'Runs ended, by how', ['state'])
  readonly #commitDuration = this.#histogram(
    'page_commit_duration_seconds',
    "Duration of the transactions that commit pages, by Gem's list",
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  )
  readonly #requestDuration = this.#histogram(
    'gem_request_duration_seconds',
    "Duration of requests to Gem to their last byte, without the limiter's wait, by its list",
    [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  )

  constructor() {
    this.#showZeros()
    const registers = [this.#registry]
    const build = { name: 'gem_ats_sync_build_info', help: 'Always 1; the version is the label' }
    new Gauge({ ...build, labelNames: ['version'], registers }).set({ version: manifest.version }, 1)
    collectDefaultMetrics({ register: this.#registry })
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  pageCommitted(stream: StreamName, { rejected, warnings, seconds }: MeasuredPage): void {
    this.#pages.inc({ stream })
    this.#rejected.inc({ stream }, rejected)
    this.#warnings.inc({ stream }, warnings)
    this.#commitDuration.observe({ stream }, seconds)
  }

  rowsWritten(model: MainTable, rows: Readonly<Partial<Record<RowChange, number>>>): void {
    for (const change of changes) this.#rows.inc({ model, change }, rows[change] ?? 0)
  }

  gemCalled(stream: StreamName, status: number | null, seconds: number): void {
    this.#requests.inc({ stream, status: statusLabel(status) })
    this.#requestDuration.observe({ stream }, seconds)
  }

  waitedForSlot(seconds: number): void {
    this.#slotWaits.inc(seconds)
  }

  askedToPause(reason: 'throttled' | 'quota', seconds: number): void {
    this.#pauses.inc({ reason }, seconds)
  }

  runEnded(state: RunState): void {
    this.#runs.inc({ state })
  }

  deletionsHeldBack(model: MainTable): void {
    this.#heldBack.inc({ model })
  }

  /** A counter that only appears with its first event hides that event from `rate` and `increase`. */
  #showZeros(): void {
    for (const model of mainTables) {
      this.rowsWritten(model, {})
      this.#heldBack.inc({ model }, 0)
    }
    for (const stream of streamNames) {
      for (const counter of [this.#pages, this.#rejected, this.#warnings]) counter.inc({ stream }, 0)
      for (const histogram of [this.#commitDuration, this.#requestDuration]) histogram.zero({ stream })
      for (const status of [...knownStatuses, 'none']) this.#requests.inc({ stream, status }, 0)
    }
    for (const reason of pauseReasons) this.#pauses.inc({ reason }, 0)
    for (const state of endStates) this.#runs.inc({ state }, 0)
  }

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name: `gem_ats_sync_${name}`, help, labelNames, registers: [this.#registry] })
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram<'stream'> {
    const registers = [this.#registry]
    return new Histogram({ name: `gem_ats_sync_${name}`, help, buckets, labelNames: ['stream'], registers })
  }
}

function statusLabel(status: number | null): string {
  if (status === null) return 'none'
  return knownStatuses.has(status) ? String(status) : `${Math.floor(status / 100)}xx`
}
