import { type FaultCase, isBorne, passes, persists } from './fault-case.ts'

const bounded = { client: () => ({ maxBodyBytes: 2_000_000 }) }
const broken = ['html', 'empty-body', 'not-json', 'not-array', 'truncated-json', 'truncated-body'] as const

/** Answers with 200 whose bodies are not what Gem sends. */
export const bodies: readonly FaultCase[] = [
  persists('html', /^the answer is HTML/),
  persists('empty-body', /^the answer is empty/),
  persists('not-json', /^the answer is not valid JSON/),
  persists('not-array', /^the answer is not a JSON array/),
  persists('truncated-json', /^the JSON is truncated/),
  persists('truncated-body', /^the connection failed \(\w+\)/),
  persists('invalid-utf8', /^the body is not valid UTF-8/),
  persists('broken-gzip', /^the compressed body is broken/),
  persists('gzip-bomb', /^the body is larger than 2000000 bytes/, { bytes: 20_000_000 }, bounded),
  persists('huge-page', /^the body is larger than 2000000 bytes/, { bytes: 4_000_000 }, bounded),
  ...broken.map((kind) => passes(kind)),
  passes('invalid-utf8'),
  passes('broken-gzip'),
  passes('gzip-bomb', { bytes: 3_000_000 }, bounded),
  isBorne('a page of 10 MB', { faults: [{ kind: 'padded-body', page: 1, bytes: 10_000_000 }] }),
  isBorne('a wrong content type', { faults: [{ kind: 'wrong-content-type' }] }),
]
