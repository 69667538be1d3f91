import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { readEnvironment } from '../../src/embedded/environment.ts'
import { choosePort } from '../../src/embedded/ports.ts'
import { UserError } from '../../src/errors.ts'

async function occupyPort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.dispose]: () => void server.close() }
}

test('a port that was asked for but is in use is refused with the name of the variable', async () => {
  using taken = await occupyPort()
  const wish = { service: 'PostgreSQL', variable: 'PGPORT', wanted: taken.port, usual: undefined }
  await assert.rejects(choosePort(wish), (error: Error) => {
    assert.ok(error instanceof UserError)
    assert.match(error.message, new RegExp(`^PGPORT asks for port ${taken.port} for PostgreSQL, but`))
    return true
  })
})

test('a free port is chosen if the usual one is in use', async () => {
  using taken = await occupyPort()
  const wish = { service: 'PostgreSQL', variable: 'PGPORT', wanted: undefined, usual: taken.port }
  assert.notEqual(await choosePort(wish), taken.port)
})

test('a port that is no number is refused with the name of the variable', () => {
  for (const value of ['abc', '0', '65536', '54.3', '-1']) {
    assert.throws(() => readEnvironment({ PGPORT: value }), /PGPORT is ".*"; it must be a port/)
  }
})
