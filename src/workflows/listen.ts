import {
  ApplicationFailure,
  setDefaultQueryHandler,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
  setHandler,
} from '@temporalio/workflow'
import {
  pauseSignal,
  type Resync,
  resumeSignal,
  resyncSignal,
  resyncUpdate,
  type Status,
  statusQuery,
  wakeSignal,
} from './messages.ts'
import { enqueue, queuedResyncs, readResyncs } from './resync.ts'
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
  const ask = (payloads: readonly unknown[], trigger: 'signal' | 'update') => {
    const resync = readResyncs(payloads, trigger)
    if (typeof resync === 'string') return refuseAndShow('resync', resync)
    state.queue = enqueue(state.queue, resync)
    onMessage({ wakes: false })
  }
  const signals: Record<string, (...payloads: unknown[]) => void> = {
    resync: (...payloads) => ask(payloads, 'signal'),
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
    (...payloads): readonly Resync[] => {
      ask(payloads, 'update')
      return queuedResyncs(state.queue)
    },
    { description: 'As the signal; answers what is queued', validator: checkResync },
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
      'all optional, default full',
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
function checkResync(...payloads: unknown[]): void {
  const resync = readResyncs(payloads, 'update')
  if (typeof resync === 'string') throw new Error(resync)
}
