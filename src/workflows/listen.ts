import {
  ApplicationFailure,
  setDefaultQueryHandler,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
  setHandler,
  uuid4,
} from '@temporalio/workflow'
import {
  pauseSignal,
  type Resync,
  type ResyncAnswer,
  resumeSignal,
  resyncSignal,
  resyncUpdate,
  type Status,
  statusQuery,
  wakeSignal,
} from './messages.ts'
import { readResyncs } from './resync.ts'
import { enqueue, queuedSyncs } from './resync-queue.ts'
import { type AccountState, refuse } from './state.ts'

export interface Listening {
  readonly state: AccountState
  readonly status: () => Status
  /** Told after a message has changed something. `wakes`: settings, keys or what may run may have changed. */
  readonly onMessage: (message: { readonly wakes: boolean }) => void
}

/**
 * Sets the handlers of all messages. Nothing that can be sent hurts the workflow: what is wrong is refused, and shown
 * in the status.
 */
export function listen({ state, status, onMessage }: Listening): void {
  const refuseAndShow = (message: string, why: string) => {
    refuse(state, message, why, Date.now())
    onMessage({ wakes: false })
  }
  const ask = (resync: Resync) => {
    const { queue, ...answer } = enqueue(state.queue, resync, uuid4)
    state.queue = queue
    onMessage({ wakes: false })
    return answer
  }
  const signals: Record<string, (...payloads: unknown[]) => void> = {
    resync(...payloads) {
      const resync = readResyncs(payloads, 'signal')
      if (typeof resync === 'string') refuseAndShow('resync', resync)
      else ask(resync)
    },
    pause() {
      state.paused = true
      onMessage({ wakes: false })
    },
    resume() {
      const isHeld = state.paused || state.obstacle !== null
      state.paused = false
      if (state.obstacle?.kind === 'credentials') state.obstacle = null
      // Whoever ends their own pause need not mean the one that Gem has asked for.
      if (!isHeld && state.run?.waitUntil) state.run.lift ??= 'asked'
      state.broken = {}
      onMessage({ wakes: true })
    },
    wake: () => onMessage({ wakes: true }),
  }

  // The first of all handlers: it gets what came before this task, in the order in which it came. A handler that
  // knows one name would get its own first, and a `resume` could so overtake the `pause` after it.
  setDefaultSignalHandler((name, ...payloads) => {
    if (Object.hasOwn(signals, name)) return signals[name]?.(...payloads)
    refuseAndShow(short(name), `unknown signal: known are ${Object.keys(signals).join(', ')}`)
  })
  for (const { signal, description } of described) {
    setHandler(signal, (...payloads: unknown[]) => signals[signal.name]?.(...payloads), { description })
  }
  setHandler(
    resyncUpdate,
    (...payloads): ResyncAnswer => ({
      ...ask(checkResync(...payloads)),
      queue: queuedSyncs(state.queue),
    }),
    { description: "As the signal; answers the run's id and what is queued", validator: checkResync },
  )
  setHandler(statusQuery, status, {
    description: 'What the account is doing, a line a stream, what waits and what was refused',
  })
  setDefaultUpdateHandler(async (name) => {
    const why = 'unknown update: known is resync'
    refuseAndShow(short(name), why)
    // A failure of Temporal's own kind: any other would fail the workflow's task, for ever.
    throw ApplicationFailure.nonRetryable(`${short(name)}: ${why}`, 'UnknownUpdate')
  })
  setDefaultQueryHandler((name) => {
    throw new Error(`unknown query ${short(name)}: known is status`)
  })
}

/** The signals, as the Web UI explains them. */
const described = [
  {
    signal: resyncSignal,
    description:
      'Asks for a sync: {"mode": "full" | "delta", "models": [...], "since": ISO time, "confirmDeletions": true}; ' +
      'all optional, default full; confirmDeletions needs models',
  },
  { signal: pauseSignal, description: 'No calls to Gem from the next page on; the checkpoint is kept' },
  {
    signal: resumeSignal,
    description: 'Goes on after a pause, or tries a refused key again; else lifts a pause that Gem asked for',
  },
  { signal: wakeSignal, description: 'Sent by the command line when settings or keys have changed' },
] as const

const short = (name: string) => name.slice(0, 50)

/** Synchronous: a validator that is not would not be waited for. */
function checkResync(...payloads: unknown[]): Resync {
  const resync = readResyncs(payloads, 'update')
  if (typeof resync === 'string') throw ApplicationFailure.nonRetryable(resync, 'InvalidInput')
  return resync
}
