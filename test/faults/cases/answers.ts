import { attempts, type FaultCase, failedCalls, passes, persists } from './fault-case.ts'

/** Answers that are none. */
export const answers: readonly FaultCase[] = [
  persists('400', /^status 400 Bad Request/),
  persists('401', /^status 401 Unauthorized.*; the key may not read this list/),
  persists('403', /^status 403 Forbidden.*; the key may not read this list/),
  persists('forbidden', /^status 403 Forbidden.*; the key may not read this list/),
  persists('404', /^status 404 Not Found/),
  persists('409', /^status 409 Conflict/),
  persists('413', /^status 413 Request Too Long/),
  persists('422', /^status 422 Unprocessable Entity about page/),
  persists('500', /^status 500 Internal server error/),
  persists('502-html', /^status 502/),
  persists('503', /^status 503 Service Unavailable/),
  persists('504', /^status 504 Endpoint request timed out/),
  persists('504-network', /^status 504 Network error communicating with endpoint/),
  persists('redirect', /^redirected to another host \(elsewhere\.example\.com\), which is not followed/, {
    ...{ name: 'redirect to another host', location: 'https://elsewhere.example.com/ats/v0/?page=2' },
  }),
  persists('redirect', /^redirected to a path without its page and filters/, {
    ...{ name: 'redirect to a log-in', location: '/login' },
  }),
  ...(['413', '500', '502-html', '503', '504', '504-network'] as const).map((kind) => passes(kind)),
  passes('throttle', { times: 3, name: '429' }),
  passes('throttle', { times: 3, name: '429 for 7 s', retryAfter: 7 }),
  passes('throttle', { times: 3, name: '429 until tomorrow', retryAfter: 'Tue, 24 Nov 2037 10:00:00 GMT' }),
  passes('throttle', { times: 3, name: '429 until nobody knows when', retryAfter: 'soon' }),
  passes('quota', { times: 3, name: '429 for a used-up quota' }),
  {
    ...{ name: '503 on every single record', faults: [{ kind: '503', target: 'item' }], looks: true },
    ...{
      says: /^status 503 Service Unavailable/,
      extraCalls: failedCalls + attempts,
      spares: ['candidates'],
    },
  },
  {
    ...{ name: '403 on every single record', faults: [{ kind: '403', target: 'item' }], looks: true },
    ...{ says: null, extraCalls: 10 },
  },
]
