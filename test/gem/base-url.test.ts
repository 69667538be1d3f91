import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBaseUrl } from '../../src/gem/base-url.ts'

for (const [text, expected] of [
  ['https://api.gem.com', 'https://api.gem.com/'],
  ['https://api.gem.com/', 'https://api.gem.com/'],
  ['https://proxy.example:8443/gem//', 'https://proxy.example:8443/gem'],
] as const) {
  test(`${text} is taken`, () => assert.equal(checkBaseUrl(text, { allowInsecure: false }).href, expected))
}

for (const text of [
  'http://api.gem.com',
  'https://127.0.0.1',
  'https://2130706433',
  'https://[::1]:8080',
  'https://10.0.0.1',
]) {
  test(`${text} is taken only where insecure base URLs are allowed`, () => {
    assert.throws(() => checkBaseUrl(text, { allowInsecure: false }), {
      name: 'UserError',
      message: /^The base URL must/,
    })
    assert.equal(checkBaseUrl(text, { allowInsecure: true }).pathname, '/')
  })
}

for (const text of [
  '',
  'api.gem.com',
  'ftp://api.gem.com',
  'file:///etc/passwd',
  'https://user@api.gem.com',
  'https://:topsecret@api.gem.com',
  'https://api.gem.com?key=topsecret',
  'https://api.gem.com/?',
  'https://api.gem.com/#topsecret',
]) {
  test(`${JSON.stringify(text)} is never taken, and not shown`, () => {
    assert.throws(
      () => checkBaseUrl(text, { allowInsecure: true }),
      (error: Error) => error.name === 'UserError' && !error.message.includes('topsecret'),
    )
  })
}
