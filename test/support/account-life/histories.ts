import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client'
import { defaultPayloadConverter } from '@temporalio/common'
import { tsToMs } from '@temporalio/common/lib/time.js'
import type { RunMode, RunState, RunTrigger } from '../../../src/database/database-types.ts'
import type { MainTable } from '../../../src/streams.ts'

/**
 * What happened to an account's workflow, in the order of its histories. Times are the server's, in milliseconds since
 * the epoch; of what the workflow decided, the time that it had then.
 */
export type Happening = { readonly at: number } & (
  | {
      readonly kind: 'message'
      readonly by: 'signal' | 'update'
      readonly name: string
      readonly input: unknown
    }
  | { readonly kind: 'timer'; readonly due: number }
  | { readonly kind: 'began'; readonly run: BegunRun }
  | { readonly kind: 'slice'; readonly id: string; readonly since: string | null }
  | { readonly kind: 'ended'; readonly id: string; readonly state: RunState }
  | { readonly kind: 'cut'; readonly cut: Cut }
)

export interface BegunRun {
  readonly id: string
  readonly mode: RunMode
  readonly trigger: RunTrigger
  readonly models: readonly MainTable[]
}

/** A continue-as-new: the history that it ended, and what it carried over. */
export interface Cut {
  readonly events: number
  /** Of the history, as far as its last workflow task. */
  readonly bytes: number
  /** Of the input of the next Temporal run. */
  readonly carriedBytes: number
  readonly carriedQueue: readonly string[]
}

type Event = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number]

/** Reads all Temporal runs of a workflow, one after the other, each as far as it has come. */
export class Histories {
  readonly #handle: WorkflowHandleWithFirstExecutionRunId
  #runId: string
  #read = 0
  /** The workflow's time: that of its latest task. */
  #now = 0
  #bytes = 0
  #activities = new Map<string, { readonly type: string; readonly input: unknown }>()

  constructor(handle: WorkflowHandleWithFirstExecutionRunId) {
    this.#handle = handle
    this.#runId = handle.firstExecutionRunId
  }

  /** What has happened since the last call. */
  async read(): Promise<Happening[]> {
    const happenings: Happening[] = []
    for (;;) {
      const events = await this.#fetch()
      happenings.push(...events.slice(this.#read).flatMap((event) => this.#take(event)))
      this.#read = events.length
      const next = events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId
      if (!next) return happenings
      this.#runId = next
      this.#read = 0
      this.#activities.clear()
    }
  }

  async #fetch(): Promise<readonly Event[]> {
    const { client, workflowId } = this.#handle
    const { events } = await client.getHandle(workflowId, this.#runId).fetchHistory()
    return events ?? []
  }

  #take(event: Event): Happening[] {
    const at = tsToMs(event.eventTime)
    const {
      workflowTaskStartedEventAttributes: task,
      workflowExecutionSignaledEventAttributes: signal,
      workflowExecutionUpdateAcceptedEventAttributes: update,
      timerStartedEventAttributes: timer,
      activityTaskScheduledEventAttributes: scheduled,
      activityTaskCompletedEventAttributes: completed,
      workflowExecutionContinuedAsNewEventAttributes: continued,
    } = event
    if (task) {
      this.#now = at
      this.#bytes = Number(task.historySizeBytes ?? 0)
    }
    if (signal) {
      const input = decoded(signal.input?.payloads)
      return [{ at, kind: 'message', by: 'signal', name: signal.signalName ?? '', input }]
    }
    if (update) {
      const { name, args } = update.acceptedRequest?.input ?? {}
      return [{ at, kind: 'message', by: 'update', name: name ?? '', input: decoded(args?.payloads) }]
    }
    if (timer && !isRetentions(event))
      return [{ at, kind: 'timer', due: this.#now + tsToMs(timer.startToFireTimeout) }]
    if (scheduled) {
      const type = scheduled.activityType?.name ?? ''
      const input = decoded(scheduled.input?.payloads)
      this.#activities.set(String(event.eventId), { type, input })
      return this.#scheduled(type, input)
    }
    if (completed) return this.#completed(at, String(completed.scheduledEventId), completed.result?.payloads)
    if (continued) return [{ at, kind: 'cut', cut: this.#cut(event, continued.input?.payloads) }]
    return []
  }

  #scheduled(type: string, input: unknown): Happening[] {
    const at = this.#now
    if (type === 'beginRun') return [{ at, kind: 'began', run: input as BegunRun }]
    if (type !== 'syncSlice') return []
    const { runId, since } = input as { runId: string; since: string | null }
    return [{ at, kind: 'slice', id: runId, since }]
  }

  #completed(at: number, scheduledEventId: string, payloads: Payloads): Happening[] {
    const activity = this.#activities.get(scheduledEventId)
    if (activity?.type !== 'finishRun') return []
    const { runId } = activity.input as { runId: string }
    const { state } = decoded(payloads) as { state: RunState }
    return [{ at, kind: 'ended', id: runId, state }]
  }

  #cut(event: Event, payloads: Payloads): Cut {
    const { state } = decoded(payloads) as { state: { queue: Record<string, { models: string[] }> } }
    return {
      events: Number(event.eventId),
      bytes: this.#bytes,
      carriedBytes: (payloads ?? []).reduce((sum, { data }) => sum + (data?.length ?? 0), 0),
      carriedQueue: Object.values(state.queue).flatMap(({ models }) => models),
    }
  }
}

/** Retention has a timer of its own, beside that of the next sync. */
function isRetentions({ userMetadata }: Event): boolean {
  const { summary } = userMetadata ?? {}
  return String(decoded(summary ? [summary] : [])).startsWith('retention: ')
}

type Payloads = Parameters<typeof defaultPayloadConverter.fromPayload>[0][] | null | undefined

/** The first of the values; all that the workflow takes and gives has one. */
function decoded(payloads: Payloads): unknown {
  const [payload] = payloads ?? []
  return payload === undefined ? undefined : defaultPayloadConverter.fromPayload(payload)
}
