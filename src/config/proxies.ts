import { UserError } from '../errors.ts'
import { noProxies, type Proxies } from '../gem/proxy.ts'
import type { Env } from './environment.ts'

/**
 * `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, also in lower case, which wins as it does elsewhere.
 *
 * @throws UserError for a proxy that cannot be one; its text never has the value, which may hold a password.
 */
export function readProxies(env: Env = process.env): Proxies {
  const https = proxyIn(env, 'HTTPS_PROXY')
  const http = proxyIn(env, 'HTTP_PROXY')
  if (https === null && http === null) return noProxies
  const [, direct = ''] = given(env, 'NO_PROXY')
  return { https, http, direct: direct.split(/[\s,]+/).filter((entry) => entry !== '') }
}

function given(env: Env, name: string): [name: string, value?: string] {
  for (const spelling of [name.toLowerCase(), name]) {
    const value = env[spelling]?.trim()
    if (value) return [spelling, value]
  }
  return [name]
}

function proxyIn(env: Env, variable: string): URL | null {
  const [name, value] = given(env, variable)
  if (value === undefined) return null
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`)
  if (url !== null && url.hostname !== '' && ['http:', 'https:'].includes(url.protocol)) return url
  throw new UserError(`${name} must be the URL of an HTTP proxy, such as http://proxy.example.com:3128`)
}
