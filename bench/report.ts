import Table from 'cli-table3'
import type { Sample } from './run.ts'

/** The medians of the runs of one case, with the spread of their times. */
export interface Summary {
  readonly candidates: number
  readonly latencyMs: number
  readonly loader: string
  readonly runs: number
  readonly objectsPerSecond: number
  readonly seconds: number
  readonly secondsFrom: number
  readonly secondsTo: number
  /** Times the floor's time of the same case; null without a floor. */
  readonly timesFloor: number | null
  readonly requests: number
  readonly mostInFlight: number
  readonly loaderCpu: number
  readonly postgresCpu: number
  readonly peakMiB: number
  readonly walMiB: number
  readonly events: number | null
  readonly activities: number | null
}

export function summarise(samples: readonly Sample[]): Summary[] {
  const cases = Object.groupBy(samples, ({ candidates, latencyMs, loader }) =>
    [candidates, latencyMs, loader].join('/'),
  )
  const summaries = Object.values(cases).flatMap((runs = []) => (runs[0] ? [summaryOf(runs[0], runs)] : []))
  return summaries.map((summary) => {
    const floor = summaries.find(
      ({ loader, candidates, latencyMs }) =>
        loader === 'floor' && candidates === summary.candidates && latencyMs === summary.latencyMs,
    )
    return { ...summary, timesFloor: floor ? summary.seconds / floor.seconds : null }
  })
}

function summaryOf({ candidates, latencyMs, loader, objects }: Sample, runs: readonly Sample[]): Summary {
  const of = (read: (sample: Sample) => number | undefined) =>
    runs.map((run) => read(run) ?? Number.NaN).sort((one, other) => one - other)
  const mid = (read: (sample: Sample) => number | undefined) => median(of(read))
  const seconds = of((run) => run.seconds)
  const orNull = (value: number) => (Number.isNaN(value) ? null : value)
  return {
    ...{ candidates, latencyMs, loader, runs: runs.length },
    objectsPerSecond: objects / median(seconds),
    seconds: median(seconds),
    secondsFrom: seconds[0] ?? Number.NaN,
    secondsTo: seconds.at(-1) ?? Number.NaN,
    timesFloor: null,
    requests: mid((run) => run.requests),
    mostInFlight: mid((run) => run.mostInFlight),
    loaderCpu: mid((run) => run.loaderCpu),
    postgresCpu: mid((run) => run.postgresCpu),
    peakMiB: mid((run) => run.peakMiB),
    walMiB: mid((run) => run.walBytes / 2 ** 20),
    events: orNull(mid((run) => run.events)),
    activities: orNull(mid((run) => run.activities)),
  }
}

/** @param sorted at least one number */
function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export function printTable(summaries: readonly Summary[]): void {
  const table = new Table({
    head: [
      'candidates',
      'latency',
      'loader',
      'seconds',
      '× floor',
      'objects/s',
      'CPU loader + PostgreSQL',
      'peak',
      'requests',
      'in flight',
      'WAL',
      'events',
      'activities',
    ],
    style: { head: [], border: [] },
  })
  for (const summary of summaries) table.push(toRow(summary))
  console.log(table.toString())
}

function toRow(summary: Summary): string[] {
  const { seconds, secondsFrom, secondsTo, runs } = summary
  const spread = runs > 1 ? ` (${secondsFrom.toFixed(1)}–${secondsTo.toFixed(1)})` : ''
  const count = (value: number | null) => (value === null ? '' : String(value))
  return [
    String(summary.candidates),
    `${summary.latencyMs} ms`,
    summary.loader,
    `${seconds.toFixed(1)}${spread}`,
    summary.timesFloor?.toFixed(2) ?? '',
    String(Math.round(summary.objectsPerSecond)),
    `${summary.loaderCpu.toFixed(1)} + ${summary.postgresCpu.toFixed(1)} s`,
    `${Math.round(summary.peakMiB)} MiB`,
    String(summary.requests),
    String(summary.mostInFlight),
    `${Math.round(summary.walMiB)} MiB`,
    count(summary.events),
    count(summary.activities),
  ]
}
