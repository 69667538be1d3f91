import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, buildConnector, Client } from 'undici'
import { isPrivateAddress, PrivateAddressError, publicLookup } from './private-address.ts'

const KEEP_ALIVE_MS = 30_000

export interface GemDispatcherOptions {
  allowPrivateAddresses: boolean
  /** Connections to one host. Default 4, the calls that one account has in flight at most. */
  connections?: number | undefined
  /** Milliseconds; default 10 s. */
  connectTimeout?: number | undefined
  /** How names become addresses. Default: the system's way. */
  lookup?: LookupFunction | undefined
}

/** A pool of kept-alive connections. It checks each address at the moment it connects to it, against DNS rebinding. */
export class GemDispatcher extends Agent {
  readonly #connect: buildConnector.connector

  constructor(connections: number, connect: buildConnector.connector) {
    // HTTP/2 has one connection carry all calls, so that one reset fails them all.
    super({ connections, keepAliveTimeout: KEEP_ALIVE_MS, allowH2: false, connect })
    this.#connect = connect
  }

  /** A connection of its own, outside of the pool; to be destroyed by whoever asked for it. */
  freshConnection(origin: string): Client {
    return new Client(origin, { allowH2: false, connect: this.#connect })
  }
}

export function createGemDispatcher(options: GemDispatcherOptions): GemDispatcher {
  return new GemDispatcher(options.connections ?? 4, createConnector(options))
}

function createConnector(options: GemDispatcherOptions): buildConnector.connector {
  const timeout = options.connectTimeout ?? 10_000
  const lookup = options.lookup ?? (systemLookup as LookupFunction)
  if (options.allowPrivateAddresses) return connector(timeout, lookup)
  const connect = connector(timeout, publicLookup(lookup))
  return (target, callback) => {
    // Node looks up names only: an address written into the URL never reaches the look-up.
    if (isPrivateAddress(target.hostname)) {
      callback(new PrivateAddressError(target.hostname, target.hostname), null)
    } else {
      connect(target, callback)
    }
  }
}

function connector(timeout: number, lookup: LookupFunction): buildConnector.connector {
  // undici's type wants all of net.connect's options, of which the target's host and port come with each call.
  return buildConnector({ timeout, lookup, allowH2: false } as buildConnector.BuildOptions)
}
