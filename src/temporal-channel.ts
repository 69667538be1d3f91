import { isLoopback } from './loopback.ts'

/** Options of Temporal's client: gRPC would look for a proxy in the environment, even to reach this machine itself. */
export function withoutProxy(address: string): { channelArgs?: Record<string, number> } {
  const host = address.replace(/^[a-z]+:\/+/i, '').replace(/:\d+$/, '')
  return isLoopback(host) ? { channelArgs: { 'grpc.enable_http_proxy': 0 } } : {}
}
