import { BlockList, isIP } from 'node:net'
import { isLoopback } from '../loopback.ts'

/** Through which proxies hosts are reached. */
export interface Proxies {
  /** For https:// URLs. */
  readonly https: URL | null
  /** For http:// URLs. */
  readonly http: URL | null
  /** Hosts that are reached directly: the entries of NO_PROXY. */
  readonly direct: readonly string[]
}

export const noProxies: Proxies = { https: null, http: null, direct: [] }

/** The proxy for a URL; null: none. Never one for this machine itself. */
export function proxyFor(url: URL, { https, http, direct }: Proxies): URL | null {
  const proxy = url.protocol === 'https:' ? https : http
  if (proxy === null || isLoopback(url.hostname)) return null
  return direct.some((entry) => covers(entry, url)) ? null : proxy
}

/** A proxy as it may be shown: without its credentials. */
export const nameOfProxy = ({ protocol, hostname, port }: URL): string =>
  `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`

/** An entry is `*`, a host with its subdomains, an address, or a range of addresses; perhaps with a port. */
function covers(entry: string, url: URL): boolean {
  if (entry === '*') return true
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (entry.includes('/')) return isInRange(host, entry)
  const [, bracketed, plain = '', port] = /^(?:\[([^\]]+)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? []
  if (port !== undefined && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) return false
  const name = (bracketed ?? plain).toLowerCase().replace(/^\*?\./, '')
  return name !== '' && (host === name || (isIP(host) === 0 && host.endsWith(`.${name}`)))
}

function isInRange(host: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/')
  const family = isIP(network)
  const most = family === 4 ? 32 : 128
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > most) return false
  const list = new BlockList()
  list.addSubnet(network, Number(bits), family === 4 ? 'ipv4' : 'ipv6')
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6')
}
