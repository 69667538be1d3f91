import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { createGemDispatcher } from '../../src/gem/dispatcher.ts'
import { API_KEY, CANDIDATES, connect, connectTo, serve } from './gem-server.ts'

const name = 'TryAgainError'

test('a server that never answers is given up after the header time-out', async (t) => {
  const { client } = await connectTo(t, () => {}, { timeouts: { headers: 20 } })
  await assert.rejects(client.fetchPage(CANDIDATES), {
    name,
    smallerPage: 'at once',
    message: /no answer in time/,
  })
})

test('a body that stops coming is given up after the body time-out', async (t) => {
  const { client } = await connectTo(t, (_, response) => response.write('[{"id":'), {
    timeouts: { body: 20 },
  })
  await assert.rejects(client.fetchPage(CANDIDATES), {
    name,
    smallerPage: 'at once',
    message: /stopped coming/,
  })
})

test('a body that trickles in for ever is given up after the total time-out', async (t) => {
  const { client } = await connectTo(
    t,
    (_, response) => {
      const timer = setInterval(() => response.write(' '), 5)
      response.on('close', () => clearInterval(timer))
    },
    { timeouts: { total: 60 } },
  )
  await assert.rejects(client.fetchPage(CANDIDATES), {
    name,
    smallerPage: 'at once',
    message: /took too long/,
  })
})

test('a refused connection is worth another try', async (t) => {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  const client = connect(t, `http://127.0.0.1:${port}`)
  await assert.rejects(client.fetchPage(CANDIDATES), { name, smallerPage: 'no', message: /ECONNREFUSED/ })
})

for (const code of ['ENOTFOUND', 'EAI_AGAIN']) {
  test(`a name that is not found (${code}) is worth another try`, async (t) => {
    const dispatcher = createGemDispatcher({
      allowPrivateAddresses: false,
      lookup: (_hostname, _options, callback) => callback(Object.assign(new Error('DNS'), { code }), '', 0),
    })
    t.after(() => dispatcher.close())
    const client = connect(t, 'https://gem.example', { dispatcher })
    const message = `GET /ats/v0/candidates/ page 3 (50 per page): the connection failed (${code})`
    await assert.rejects(client.fetchPage(CANDIDATES), { name, smallerPage: 'no', message })
  })
}

test('TLS that is none is worth another try', async (t) => {
  const server = await serve(t, (_, response) => response.end('[]'))
  const client = connect(t, `https://127.0.0.1:${server.port}`)
  await assert.rejects(client.fetchPage(CANDIDATES), { name, smallerPage: 'no' })
})

test('a reset before and a reset inside of the body are worth another try', async (t) => {
  const { client } = await connectTo(t, ({ url }, response) => {
    if (url!.includes('page=1&')) response.socket!.resetAndDestroy()
    else response.write('[{"id":"Ana', () => response.socket!.resetAndDestroy())
  })
  for (const page of [1, 2]) {
    await assert.rejects(client.fetchPage({ ...CANDIDATES, page }), { name, smallerPage: 'no' })
  }
})

test('a body shorter than its content-length is worth another try', async (t) => {
  const { client } = await connectTo(t, (_, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('[]', () => response.socket!.end())
  })
  await assert.rejects(client.fetchPage(CANDIDATES), { name, smallerPage: 'no' })
})

test('what is no HTTP is worth another try, and its text is not shown', async (t) => {
  const server = createTcpServer((socket) => socket.end('Ana Ruiz, ana@example.org\r\n\r\n')).listen(
    0,
    '127.0.0.1',
  )
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const error = await connect(t, `http://127.0.0.1:${port}`)
    .fetchPage(CANDIDATES)
    .catch((error) => error)
  assert.equal(error.name, name)
  const shown = inspect(error, { depth: null, showHidden: true })
  assert.equal(shown.includes('Ana') || shown.includes(API_KEY), false)
})

for (const [encoding, compress] of [
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
] as const) {
  test(`a ${encoding} body is decompressed and counted as such`, async (t) => {
    const { client } = await connectTo(t, (_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(compress('[{"id":"a"}]'))
    })
    const page = await client.fetchPage(CANDIDATES)
    assert.deepEqual([page.records, page.bytes], [[{ id: 'a' }], 12])
  })

  test(`a ${encoding} bomb is given up at the size limit`, async (t) => {
    const bomb = compress(Buffer.alloc(20_000_000, ' '))
    const { client } = await connectTo(
      t,
      (_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(bomb),
      { maxBodyBytes: 100_000 },
    )
    await assert.rejects(client.fetchPage(CANDIDATES), {
      name,
      smallerPage: 'at once',
      message: /larger than 100000 bytes/,
    })
  })

  test(`a body that is no ${encoding} is worth another try, and said to be broken`, async (t) => {
    const { client } = await connectTo(t, (_, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end('[{"id":"a"}]'),
    )
    const message = /the compressed body is broken/
    await assert.rejects(client.fetchPage(CANDIDATES), { name, smallerPage: 'no', message })
  })

  test(`a truncated ${encoding} body asks for a smaller page once it is repeated`, async (t) => {
    const body = compress('[{"id":"a"}]').subarray(0, -3)
    const { client } = await connectTo(t, (_, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(body),
    )
    await assert.rejects(client.fetchPage(CANDIDATES), { name, smallerPage: 'if repeated' })
  })
}

test('a compressed body that unpacks to nothing is bounded too', async (t) => {
  const nothing = gzipSync('')
  const body = Buffer.concat(Array.from({ length: 10_000 }, () => nothing))
  const { client } = await connectTo(
    t,
    (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(body),
    { maxBodyBytes: 10_000 },
  )
  await assert.rejects(client.fetchPage(CANDIDATES), { name, smallerPage: 'at once' })
})

test('a plain body is given up at the size limit while it streams', async (t) => {
  const { client } = await connectTo(
    t,
    (_, response) => {
      const more = () => {
        if (!response.destroyed && response.write(' '.repeat(10_000))) setImmediate(more)
      }
      response.on('drain', more)
      more()
    },
    { maxBodyBytes: 100_000 },
  )
  await assert.rejects(client.fetchPage(CANDIDATES), {
    name,
    smallerPage: 'at once',
    message: /larger than 100000 bytes/,
  })
})

test('an encoding that was not asked for is worth another try, and frees its connection', async (t) => {
  const { client } = await connectTo(
    t,
    (_, response) => response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).write('x'),
    {},
  )
  for (let call = 0; call < 6; call++)
    await assert.rejects(client.fetchPage(CANDIDATES), { name, smallerPage: 'no' })
})

test('an abort ends a running request with the signal’s reason', async (t) => {
  const reason = new Error('the slice is over')
  const controller = new AbortController()
  const { client } = await connectTo(t, () => controller.abort(reason))
  await assert.rejects(client.fetchPage({ ...CANDIDATES, signal: controller.signal }), reason)
})

test('an abort while the body comes ends with the signal’s reason', async (t) => {
  const reason = new Error('the slice is over')
  for (const status of [200, 500]) {
    const controller = new AbortController()
    const { client } = await connectTo(t, (_, response) => {
      response.writeHead(status).write('[', () => controller.abort(reason))
    })
    await assert.rejects(client.fetchPage({ ...CANDIDATES, signal: controller.signal }), reason)
  }
})

test('an aborted signal makes no request', async (t) => {
  const { server, client } = await connectTo(t, (_, response) => response.end('[]'))
  const reason = new Error('too late')
  await assert.rejects(client.fetchPage({ ...CANDIDATES, signal: AbortSignal.abort(reason) }), reason)
  assert.equal(server.requests.length, 0)
})
