/**
 * A simulated Gem: an HTTP server that serves an invented ATS account as Gem's ATS API v0 does, for tests and
 * for the demo. The product never imports it.
 *
 *     const gem = await startSimulatedGem({ seed: 1, candidates: 500 })
 *     gem.world.reject(applicationId)                            // the account changes
 *     gem.faults.add({ kind: 'throttle', stream: 'jobs' })       // the next read of jobs is refused
 *     gem.setSwitches({ order: 'updated-desc' })                 // what nobody knows of Gem, otherwise
 *     gem.requests.entries()                                     // what was asked
 *     await gem.close()
 *
 * The account depends on `seed` and `candidates` alone. It was made between October 2023 and October 2026;
 * what changes later carries the server's clock (`now`). Its objects are made when they are read, so that
 * an account of 200,000 candidates starts as fast as a small one.
 */
import type { AddressInfo } from 'node:net'
import { createControl } from './control.ts'
import { createFaults, type Faults } from './faults.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import { createGemServer } from './server.ts'
import type { Switches } from './switches.ts'
import type { Rate } from './token-bucket.ts'
import { createWorld, type World } from './world.ts'
import { createWorldState } from './world-state.ts'

export type { AddedFault, Fault, FaultKind, Faults, RandomFaults } from './faults.ts'
export type { LoggedRequest, RequestLog } from './request-log.ts'
export { defaultSwitches, type Switches } from './switches.ts'
export type { Rate } from './token-bucket.ts'
export { type GemObject, type ListName, listNames, type StreamName, streamNames } from './types.ts'
export type { World } from './world.ts'

/** The key that a simulated Gem takes unless it is given another one. */
export const defaultApiKey = 'SimulatedGemKey0123456789ABCDEFabcdef012'

export interface SimulatedGemOptions {
  /** 0, the default, takes a free port. */
  port?: number
  /** 127.0.0.1 by default. */
  host?: string
  /** 1 by default. */
  seed?: number
  /** How many candidates the account begins with (200 by default); all other lists are sized after them. */
  candidates?: number
  apiKey?: string
  /** If set, requests need it in `X-Application-Secret`. */
  applicationSecret?: string | null
  /** The server's clock: the `Date` header and the times of changes. */
  now?: () => Date
  switches?: Partial<Switches>
  /** How long each answer waits. */
  latencyMs?: number
  /** The usage plan of the key, 20 a second and a burst of 500 by default; null for none. */
  rate?: Rate | null
  /** Whether the paths under `/_control/` answer (to this machine alone). */
  control?: boolean
}

export interface SimulatedGem {
  /** Root of the server; the API is at `/ats/v0/`. */
  url: string
  apiKey: string
  world: World
  faults: Faults
  requests: RequestLog
  setSwitches(switches: Partial<Switches>): void
  setLatency(milliseconds: number): void
  /** Also fills the bucket. */
  setRate(rate: Rate | null): void
  /** Ends at once, open requests included. */
  close(): Promise<void>
}

export const defaultRate: Rate = { perSecond: 20, burst: 500 }

/** Starts a simulated Gem and resolves when it listens. */
export async function startSimulatedGem(options: SimulatedGemOptions = {}): Promise<SimulatedGem> {
  const { host = '127.0.0.1', apiKey = defaultApiKey, rate = defaultRate } = options
  const state = createWorldState(
    options.seed ?? 1,
    options.candidates ?? 200,
    options.now ?? (() => new Date()),
  )
  const world = createWorld(state)
  const faults = createFaults()
  const requests = createRequestLog()
  const settings = {
    setSwitches(switches: Partial<Switches>) {
      Object.assign(state.switches, switches)
      state.version++
    },
    setLatency: (milliseconds: number) => gemServer.setLatency(milliseconds),
    setRate: (newRate: Rate | null) => gemServer.setRate(newRate),
  }
  const parts = {
    ...{ state, world, faults, requests },
    credentials: { apiKey, applicationSecret: options.applicationSecret ?? null },
  }
  const gemServer = createGemServer(
    options.control ? { ...parts, control: createControl({ world, faults, requests, ...settings }) } : parts,
  )
  settings.setSwitches(options.switches ?? {})
  settings.setLatency(options.latencyMs ?? 0)
  settings.setRate(rate)
  const { server } = gemServer
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    ...{ url: `http://${host}:${port}`, apiKey, world, faults, requests, ...settings },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
