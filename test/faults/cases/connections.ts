import { createGemDispatcher } from '../../../src/gem/dispatcher.ts'
import { type FaultCase, passes, persists } from './fault-case.ts'

/** Still long enough for an answer that comes. */
const hasty = { client: () => ({ timeouts: { headers: 500 } }), tries: 2 }
const hastyAsAWhole = { client: () => ({ timeouts: { total: 700 } }), tries: 2 }

/** No connection is made: nothing has to be closed. */
const misled = createGemDispatcher({
  allowPrivateAddresses: false,
  lookup: (_name, options, callback) =>
    options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
})

/** Answers that do not get through, and ways to Gem that lead nowhere. */
export const connections: readonly FaultCase[] = [
  persists('reset', /^the connection failed \(\w+\)/),
  persists('reset-body', /^the connection failed \(\w+\)/),
  persists('hang', /^no answer in time/, {}, hasty),
  persists('slow-loris', /^the answer took too long as a whole/, {}, hastyAsAWhole),
  passes('reset'),
  passes('reset-body'),
  passes('hang', {}, hasty),
  passes('slow-loris', {}, hastyAsAWhole),
  passes('slow-body', { intervalMs: 1 }),
  {
    ...{ name: 'nobody listens', client: () => ({ baseUrl: 'http://127.0.0.1:9' }) },
    ...{ says: /^the connection failed \(ECONNREFUSED\)/, extraCalls: 0 },
  },
  {
    name: 'a name that leads to a private address',
    client: () => ({ baseUrl: 'https://gem.example.com', allowInsecureBaseUrl: false, dispatcher: misled }),
    ...{ says: /^gem\.example\.com leads to 127\.0\.0\.1, a private address/, extraCalls: 0 },
  },
  {
    ...{ name: 'no TLS', client: ({ url }) => ({ baseUrl: url.replace('http:', 'https:') }) },
    ...{ says: /^the connection failed \(\w+\)/, extraCalls: 0 },
  },
]
