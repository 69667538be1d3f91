/**
 * Spans, by OpenTelemetry's API alone: without an SDK, which the worker starts on demand, they cost next to nothing.
 * One sync is one trace, and its trace id is the run's id without the dashes. Attributes say what was done, to which list and
 * how much of it; never a value of a record, never a key, never a parameter of a statement.
 */
import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  isSpanContextValid,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import type { LogEvent } from 'kysely'

const tracer = () => trace.getTracer('gem-ats-sync')

/** A span around work that may fail. Of an error only its name and code are told. */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return await tracer().startActiveSpan(name, options, async (span) => {
    try {
      return await work(span)
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: nameOf(error) })
      throw error
    } finally {
      span.end()
    }
  })
}

/** A span that has ended already. */
export function recordSpan(name: string, options: SpanOptions, seconds: number): void {
  const endTime = Date.now()
  tracer()
    .startSpan(name, { ...options, startTime: endTime - seconds * 1000 })
    .end(endTime)
}

/** A statement that PostgreSQL has answered: its text, where parameters are `$1`. Only within other work. */
export function recordStatement(event: LogEvent): void {
  if (trace.getActiveSpan() === undefined) return
  const { sql } = event.query
  const verb = /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? 'SQL'
  const error = event.level === 'error' ? { 'error.type': nameOf(event.error) } : {}
  const attributes: Attributes = {
    'db.system.name': 'postgresql',
    'db.operation.name': verb,
    'db.query.text': sql.replace(/\s+/g, ' ').trim().slice(0, longestStatement),
    ...error,
  }
  recordSpan(verb, { kind: SpanKind.CLIENT, attributes }, event.queryDurationMillis / 1000)
}

const longestStatement = 2_000

/** What is done for a run belongs to its trace, whichever worker does it. */
export function withinRun<T>(runId: string, work: () => Promise<T>): Promise<T> {
  const root = { ...rootIds(runId), traceFlags: TraceFlags.SAMPLED, isRemote: true }
  if (!isSpanContextValid(root)) return work()
  return context.with(trace.setSpanContext(context.active(), root), work)
}

/** The run as a whole, once it has ended: the span that the others stand below. */
export function recordRun(
  runId: string,
  { startedAt, attributes }: { readonly startedAt: Date; readonly attributes: Attributes },
): void {
  const alone = trace.deleteSpan(context.active()).setValue(runKey, runId)
  context.with(alone, () => tracer().startSpan('sync', { startTime: startedAt, attributes }).end())
}

const runKey = createContextKey('gem-ats-sync run')

/** The ids that the next span is to have, if it is a run's. */
export function idsOfRun(active: Context): { readonly traceId: string; readonly spanId: string } | null {
  const runId = active.getValue(runKey)
  return typeof runId === 'string' ? rootIds(runId) : null
}

function rootIds(runId: string): { readonly traceId: string; readonly spanId: string } {
  const traceId = runId.replaceAll('-', '')
  return { traceId, spanId: traceId.slice(16) }
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  return 'code' in error && typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name
}
