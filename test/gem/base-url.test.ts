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
  'https://0x7f000001',
  'https://0177.0.0.1',
  'https://127.1',
  'https://0',
  'https://0xa9fea9fe/latest/meta-data',
  'https://①②⑦.0.0.1',
  'https://10.0.0.1',
  'https://10.1.2.3.',
  'https://[::]',
  'https://[::1]:8080',
  'https://[::ffff:10.0.0.1]',
  'https://[::ffff:7f00:1]',
  'https://[64:ff9b::a00:1]',
  'https://[2002:a00:1::]',
  'https://[fe80::1]',
  'https://[fd12:3456::1]',
]) {
  test(`${text} is taken only where insecure base URLs are allowed`, () => {
    assert.throws(() => checkBaseUrl(text, { allowInsecure: false }), {
      name: 'UserError',
      message: /^The base URL must/,
    })
    assert.ok(checkBaseUrl(text, { allowInsecure: true }))
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
