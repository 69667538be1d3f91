import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '../../src/log.ts'

function logged(log: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = ''
  log(
    createLogger(
      { level: 'info', pretty: false },
      {
        write: (line) => {
          text += line
        },
      },
    ),
  )
  return text
}

test('secrets that come into a log by mistake are blanked', () => {
  const text = logged((log) => {
    log.info({ apiKey: 'hush', credentials: { apiKey: 'hush', applicationSecret: 'hush' } }, 'x')
    log.info(
      {
        request: { headers: { 'x-api-key': 'hush', authorization: 'hush' } },
        config: { databaseUrl: 'hush' },
      },
      'x',
    )
  })
  assert.equal(text.split('\n').length, 3)
  assert.equal(text.includes('hush'), false)
})

test("an error's own properties and a refused value stay out of the log", () => {
  const refused = Object.assign(new Error('invalid input syntax for type uuid: "Ada"'), {
    code: '22P02',
    detail: 'Ada',
  })
  const text = logged((log) => {
    log.error(refused)
    log.error({ err: refused })
    log.error({ account: 'acme', err: new Error('outer', { cause: refused }) }, 'text')
  })
  assert.equal(text.includes('Ada'), false)
  assert.equal(text.split('PostgreSQL refused a value (22P02)').length > 3, true)
  assert.ok(text.includes('outer'))
})
