import { createServer } from 'node:net'
import getPort from 'get-port'
import type { Progress } from './tool-cache.ts'

export const LOOPBACK = '127.0.0.1'

export interface PortWish {
  /** What listens there, for the message: "PostgreSQL". */
  readonly service: string
  /** The variable that asks for a port, for the message: "PGPORT". */
  readonly variable: string
  /** What that variable holds. */
  readonly wanted: string | undefined
  /** The port to take if it is free and none was asked for. */
  readonly usual: number | undefined
  /** Told when it becomes another port than the one that was asked for. */
  readonly say: Progress
}

/**
 * Chooses the port of a service on the loopback address: the one that was asked for if it is free, else any. Another
 * product's variable, or a server that is there already, must not keep the embedded stack from starting.
 */
export async function choosePort({ service, variable, wanted, usual, say }: PortWish): Promise<number> {
  if (wanted === undefined) return await freePort(usual)
  const port = portOf(wanted)
  if (port !== null && (await isFree(port))) return port
  const chosen = await freePort(usual)
  const why = port === null ? 'which is no port (1 to 65535)' : `which cannot be had on ${LOOPBACK}`
  say(`${variable} asks for port ${shorten(wanted)} for ${service}, ${why}; it gets ${chosen} instead`)
  return chosen
}

function freePort(usual: number | undefined): Promise<number> {
  return getPort({ host: LOOPBACK, ...(usual === undefined ? {} : { port: usual }) })
}

function portOf(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : null
}

function shorten(text: string): string {
  return /^\d+$/.test(text) && text.length <= 20 ? text : JSON.stringify(text.slice(0, 40))
}

export async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: LOOPBACK, exclusive: true }, () => probe.close(() => resolve(true)))
  })
}
