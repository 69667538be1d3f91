import {
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
import { enqueue, queuedResyncs, readResync } from './resync.ts'
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
  const add = (resync: Resync) => {
    state.queue = enqueue(state.queue, resync)
    onMessage({ wakes: false })
  }

  setHandler(statusQuery, status, {
    description: 'What the account is doing, a line a stream, what waits and what was refused',
  })
  setHandler(
    resyncSignal,
    (payload) => {
      const resync = readResync(payload, 'signal')
      if (typeof resync === 'string') refuseAndShow('resync', resync)
      else add(resync)
    },
    {
      description:
        'Asks for a sync: {"mode": "full" | "delta", "models": [...], "since": ISO time, "confirmDeletions": true}; ' +
        'all optional, default full',
    },
  )
  setHandler(
    resyncUpdate,
    (payload) => {
      const resync = readResync(payload, 'update')
      if (typeof resync === 'string') refuseAndShow('resync', resync)
      else add(resync)
      return queuedResyncs(state.queue)
    },
    { description: 'As the signal; answers what is queued', validator: checkResync },
  )
  setHandler(
    pauseSignal,
    () => {
      state.paused = true
      onMessage({ wakes: false })
    },
    { description: 'No calls to Gem from the next page on; the checkpoint is kept' },
  )
  setHandler(
    resumeSignal,
    () => {
      state.paused = false
      if (state.obstacle?.kind === 'credentials') state.obstacle = null
      state.broken = {}
      onMessage({ wakes: true })
    },
    { description: 'Goes on after a pause, or tries a refused key again' },
  )
  setHandler(wakeSignal, () => onMessage({ wakes: true }), {
    description: 'Sent by the command line when settings or keys have changed',
  })

  setDefaultSignalHandler((name) => refuseAndShow(short(name), `unknown signal: known are ${signals}`))
  setDefaultUpdateHandler(async (name) => {
    throw new Error(`unknown update ${short(name)}: known is resync`)
  })
  setDefaultQueryHandler((name) => {
    throw new Error(`unknown query ${short(name)}: known is status`)
  })
}

const signals = 'resync, pause, resume, wake'

const short = (name: string) => name.slice(0, 50)

/** Synchronous: a validator that is not would not be waited for. */
function checkResync(payload: unknown): void {
  const resync = readResync(payload, 'update')
  if (typeof resync === 'string') throw new Error(resync)
}
