import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStorable, maxDepth, sanitise, storable } from '../../src/mappers/sanitise.ts'

const { rawJSON } = JSON as JSON & { rawJSON(text: string): unknown }

const texts: [sent: string, stored: string][] = [
  ['a\0b', 'a\uFFFDb'],
  ['\0\0', '\uFFFD\uFFFD'],
  ['\uD800', '\uFFFD'],
  ['\uDC00\uD800', '\uFFFD\uFFFD'],
  ['a\uD83D', 'a\uFFFD'],
]

for (const [sent, stored] of texts) {
  test(`the text ${JSON.stringify(sent)} is made storable`, () => {
    assert.equal(storable(sent), stored)
    assert.equal(isStorable(sent), false)
    assert.equal(isStorable(stored), true)
  })
}

test('strings and keys are replaced at any depth, keys keep their order', () => {
  const sent = { b: ['x', { 'k\0': 'v\0' }], a: 1 }
  const { value } = sanitise(sent)
  assert.equal(JSON.stringify(value), '{"b":["x",{"k\uFFFD":"v\uFFFD"}],"a":1}')
  assert.deepEqual(sent, { b: ['x', { 'k\0': 'v\0' }], a: 1 })
})

test('a value in which nothing changes is the same object', () => {
  const sent = { a: [1, 'x', null, { '😀': '😀' }] }
  const { value, problem } = sanitise(sent)
  assert.equal(value, sent)
  assert.equal(problem, null)
})

test('a key __proto__ stays a key', () => {
  const { value } = sanitise(JSON.parse('{"__proto__":{"a":"\\u0000"},"b":1}'))
  assert.equal(JSON.stringify(value), '{"__proto__":{"a":"\uFFFD"},"b":1}')
})

test('numbers that are kept digit by digit pass untouched', () => {
  const { value } = sanitise({ n: rawJSON('12345678901234567890123'), s: '\0' })
  assert.equal(JSON.stringify(value), '{"n":12345678901234567890123,"s":"\uFFFD"}')
})

/** Lists in lists, so many levels of them. */
function nested(levels: number): unknown {
  let value: unknown = []
  for (let level = 1; level < levels; level++) value = [value]
  return value
}

test('what lies too deep is cut off instead of overflowing the stack', () => {
  assert.equal(sanitise(nested(maxDepth)).problem, null)
  assert.equal(sanitise(nested(maxDepth + 1)).problem, 'nested too deeply')
  const { value, problem } = sanitise(nested(100_000))
  assert.equal(problem, 'nested too deeply')
  assert.equal(JSON.stringify(value), `${'['.repeat(maxDepth)}null${']'.repeat(maxDepth)}`)
})
