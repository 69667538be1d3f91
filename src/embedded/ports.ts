import { createServer } from 'node:net'
import getPort from 'get-port'
import { UserError } from '../errors.ts'

export const LOOPBACK = '127.0.0.1'

export interface PortWish {
  /** What listens there, for the message: "PostgreSQL". */
  readonly service: string
  /** The variable that asks for a port, for the message: "PGPORT". */
  readonly variable: string
  /** The port asked for by name: this one or none. */
  readonly wanted: number | undefined
  /** The port to take if it is free and none was asked for. */
  readonly usual: number | undefined
}

/**
 * Chooses the port of a service on the loopback address.
 *
 * @throws {UserError} the port that was asked for by name is in use
 */
export async function choosePort(wish: PortWish): Promise<number> {
  const { wanted, usual } = wish
  if (wanted === undefined) {
    return getPort({ host: LOOPBACK, ...(usual === undefined ? {} : { port: usual }) })
  }
  if (await isFree(wanted)) return wanted
  throw new UserError(
    `${wish.variable} asks for port ${wanted} for ${wish.service}, but that port is in use on ${LOOPBACK}; ` +
      `stop what listens there, or set ${wish.variable} to a free port (unset: a free one is chosen)`,
  )
}

export async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: LOOPBACK, exclusive: true }, () => probe.close(() => resolve(true)))
  })
}
