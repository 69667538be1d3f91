import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readProxies } from '../../src/config/proxies.ts'
import { nameOfProxy, proxyFor } from '../../src/gem/proxy.ts'

const HTTPS_PROXY = 'http://user:hush-hush@proxy.example.com:3128'

function used(url: string, env: Record<string, string>): string | null {
  const proxy = proxyFor(new URL(url), readProxies(env))
  return proxy && nameOfProxy(proxy)
}

for (const [what, url, env, expected] of [
  ['none', 'https://api.gem.com', {}, null],
  ['HTTPS_PROXY', 'https://api.gem.com', { HTTPS_PROXY }, 'proxy.example.com:3128'],
  ['https_proxy', 'https://api.gem.com', { https_proxy: HTTPS_PROXY }, 'proxy.example.com:3128'],
  ['the lower case first', 'https://api.gem.com', { HTTPS_PROXY, https_proxy: 'http://other:1' }, 'other:1'],
  ['a proxy without a scheme', 'https://api.gem.com', { HTTPS_PROXY: 'proxy:3128' }, 'proxy:3128'],
  ['a proxy with TLS', 'https://api.gem.com', { HTTPS_PROXY: 'https://proxy' }, 'proxy:443'],
  ['none for http', 'http://gem.example.com', { HTTPS_PROXY }, null],
  ['HTTP_PROXY for http', 'http://gem.example.com', { HTTP_PROXY: 'http://plain:80' }, 'plain:80'],
  ['none of HTTP_PROXY for https', 'https://api.gem.com', { HTTP_PROXY: 'http://plain:80' }, null],
  ['none for localhost', 'https://localhost:8443', { HTTPS_PROXY }, null],
  ['none for loopback', 'https://127.0.0.9', { HTTPS_PROXY }, null],
  ['none for loopback by IPv6', 'https://[::1]:8443', { HTTPS_PROXY }, null],
  ['none by NO_PROXY', 'https://api.gem.com', { HTTPS_PROXY, NO_PROXY: 'a.example, api.gem.com' }, null],
  ['none by no_proxy', 'https://api.gem.com', { HTTPS_PROXY, no_proxy: 'gem.com' }, null],
  ['none by a dotted domain', 'https://api.gem.com', { HTTPS_PROXY, NO_PROXY: '.gem.com' }, null],
  ['none by a wildcard domain', 'https://api.gem.com', { HTTPS_PROXY, NO_PROXY: '*.gem.com' }, null],
  ['none by *', 'https://api.gem.com', { HTTPS_PROXY, NO_PROXY: '*' }, null],
  ['none by its port', 'https://api.gem.com', { HTTPS_PROXY, NO_PROXY: 'api.gem.com:443' }, null],
  ['none by an address range', 'https://10.1.2.3', { HTTPS_PROXY, NO_PROXY: '10.0.0.0/8' }, null],
  [
    'one at another port',
    'https://api.gem.com',
    { HTTPS_PROXY, NO_PROXY: 'gem.com:8443' },
    'proxy.example.com:3128',
  ],
  [
    'one for a longer name',
    'https://mygem.com',
    { HTTPS_PROXY, NO_PROXY: 'gem.com' },
    'proxy.example.com:3128',
  ],
  [
    'one beside a range',
    'https://11.1.2.3',
    { HTTPS_PROXY, NO_PROXY: '10.0.0.0/8' },
    'proxy.example.com:3128',
  ],
] as const) {
  test(`Gem at ${url} is called through ${what}`, () => assert.equal(used(url, env), expected))
}

for (const value of ['socks5://hush-hush:1', 'http://', 'ftp://hush-hush', 'http://hush-hush:99999'])
  test(`${value.split(':')[0]}…${value.length} is no proxy, and is not repeated`, () => {
    assert.throws(
      () => readProxies({ https_proxy: value }),
      (error: Error) => /^https_proxy must be the URL/.test(error.message) && !error.message.includes('hush'),
    )
  })
