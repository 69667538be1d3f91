import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, buildConnector, Client, Dispatcher, ProxyAgent } from 'undici'
import { isPrivateAddress, PrivateAddressError, publicLookup } from './private-address.ts'
import { nameOfProxy, noProxies, type Proxies, proxyFor } from './proxy.ts'

const KEEP_ALIVE_MS = 30_000
const CONNECT_MS = 10_000

export interface GemDispatcherOptions {
  allowPrivateAddresses: boolean
  /** Connections to one host. Default 4, the calls that one account has in flight at most. */
  connections?: number | undefined
  /** Milliseconds; default 10 s. */
  connectTimeout?: number | undefined
  /** How names become addresses. Default: the system's way. */
  lookup?: LookupFunction | undefined
  /** Default: none. */
  proxies?: Proxies | undefined
}

/**
 * A pool of kept-alive connections, direct or through a proxy. A direct one checks each address at the moment it connects
 * to it, against DNS rebinding. A proxy is trusted by its name, and it is the one who looks up Gem's.
 */
export class GemDispatcher extends Dispatcher {
  readonly #proxies: Proxies
  readonly #direct: Agent
  readonly #byProxy = new Map<string, ProxyAgent>()
  readonly #pool: Agent.Options
  readonly #timeout: number
  readonly #connect: buildConnector.connector

  constructor(options: GemDispatcherOptions) {
    super()
    this.#proxies = options.proxies ?? noProxies
    this.#timeout = options.connectTimeout ?? CONNECT_MS
    this.#pool = {
      connections: options.connections ?? 4,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // HTTP/2 has one connection carry all calls, so that one reset fails them all.
      allowH2: false,
    }
    this.#connect = createConnector(options)
    this.#direct = new Agent({ ...this.#pool, connect: this.#connect })
  }

  /** Host and port of the proxy by which an origin is reached; null: directly. */
  proxyOf(origin: string): string | null {
    const proxy = proxyFor(new URL(origin), this.#proxies)
    return proxy && nameOfProxy(proxy)
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const proxy = proxyFor(new URL(String(options.origin)), this.#proxies)
    return (proxy === null ? this.#direct : this.#agentOf(proxy)).dispatch(options, handler)
  }

  /** A connection of its own, outside of the pool; to be destroyed by whoever asked for it. */
  freshConnection(origin: string): Dispatcher {
    const proxy = proxyFor(new URL(origin), this.#proxies)
    return proxy === null
      ? new Client(origin, { allowH2: false, connect: this.#connect })
      : this.#proxyAgent(proxy)
  }

  #agentOf(proxy: URL): ProxyAgent {
    const known = this.#byProxy.get(proxy.href)
    if (known !== undefined) return known
    const agent = this.#proxyAgent(proxy)
    this.#byProxy.set(proxy.href, agent)
    return agent
  }

  #proxyAgent(proxy: URL): ProxyAgent {
    const tls = { timeout: this.#timeout, allowH2: false }
    return new ProxyAgent({ ...this.#pool, uri: proxy.href, requestTls: tls, proxyTls: tls })
  }

  override async close(): Promise<void> {
    await Promise.all([this.#direct, ...this.#byProxy.values()].map((agent) => agent.close()))
  }

  override async destroy(): Promise<void> {
    await Promise.all([this.#direct, ...this.#byProxy.values()].map((agent) => agent.destroy()))
  }
}

export const createGemDispatcher = (options: GemDispatcherOptions): GemDispatcher =>
  new GemDispatcher(options)

function createConnector(options: GemDispatcherOptions): buildConnector.connector {
  const timeout = options.connectTimeout ?? CONNECT_MS
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
