import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { choosePort } from '../../src/embedded/ports.ts'

async function occupyPort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.dispose]: () => void server.close() }
}

async function choose(wanted: string | undefined, usual?: number): Promise<{ port: number; said: string[] }> {
  const said: string[] = []
  const say = (line: string) => said.push(line)
  const port = await choosePort({ service: 'PostgreSQL', variable: 'PGPORT', wanted, usual, say })
  return { port, said }
}

test('a port that was asked for and is free is taken in silence', async () => {
  const free = await choose(undefined)
  assert.deepEqual(await choose(String(free.port)), free)
})

test('a port that was asked for but is in use gives a free one, and one line that names the variable', async () => {
  using taken = await occupyPort()
  const { port, said } = await choose(String(taken.port))
  assert.notEqual(port, taken.port)
  assert.deepEqual(said, [
    `PGPORT asks for port ${taken.port} for PostgreSQL, which cannot be had on 127.0.0.1; it gets ${port} instead`,
  ])
})

test('a free port is chosen if the usual one is in use', async () => {
  using taken = await occupyPort()
  const { port, said } = await choose(undefined, taken.port)
  assert.notEqual(port, taken.port)
  assert.deepEqual(said, [])
})

for (const value of ['abc', '0', '65536', '54.3', '-1', '1e3', 'tcp://10.0.0.7:5432', '999999999999']) {
  test(`a port that is none (${value}) gives a free one, and one line that names the variable`, async () => {
    const { port, said } = await choose(value)
    assert.ok(port > 0)
    assert.equal(said.length, 1)
    assert.match(
      String(said[0]),
      /^PGPORT asks for port .+ for PostgreSQL, which is no port \(1 to 65535\); it/,
    )
  })
}
