import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Limiter, unlimited } from '../../src/gem/limiter.ts'
import { CANDIDATES, connect, connectTo, serve } from './gem-server.ts'

for (const status of [301, 302, 303, 307, 308]) {
  test(`a ${status} to another host is refused, and the host never sees a request`, async (t) => {
    const other = await serve(t, (_, response) => response.end('[]'))
    const { client } = await connectTo(t, ({ url }, response) =>
      response.writeHead(status, { location: `${other.url}${url}&token=abc` }).end(),
    )
    await assert.rejects(client.fetchPage(CANDIDATES), {
      name: 'RequestRefusedError',
      status,
      message: `GET /ats/v0/candidates/ page 3 (50 per page): redirected to another host (127.0.0.1:${other.port}), which is not followed`,
    })
    assert.equal(other.requests.length, 0)
  })

  test(`a ${status} within the host is followed once, as another call of the limiter`, async (t) => {
    let acquired = 0
    const limiter: Limiter = {
      acquire() {
        acquired++
        return unlimited.acquire()
      },
    }
    const { server, client } = await connectTo(
      t,
      ({ url }, response) => {
        if (url!.startsWith('/moved/')) response.end('[{"id":"a"}]')
        else response.writeHead(status, { location: `/moved${url}` }).end()
      },
      { limiter },
    )
    assert.deepEqual((await client.fetchPage(CANDIDATES)).records, [{ id: 'a' }])
    assert.deepEqual([server.requests.length, acquired], [2, 2])
    assert.equal(server.requests[1]!.method, 'GET')
  })
}

test('a second redirect is refused', async (t) => {
  const { server, client } = await connectTo(t, ({ url }, response) =>
    response.writeHead(302, { location: `/again${url}` }).end(),
  )
  await assert.rejects(client.fetchPage(CANDIDATES), { name: 'RequestRefusedError', status: 302 })
  assert.equal(server.requests.length, 2)
})

for (const location of ['/ats/v0/candidates', '/login', 'http://', '']) {
  test(`a redirect to ${JSON.stringify(location)} is refused, since it loses the page`, async (t) => {
    const { client } = await connectTo(t, (_, response) => response.writeHead(302, { location }).end())
    const error = await client.fetchPage(CANDIDATES).catch((error) => error)
    assert.equal(error.name, 'RequestRefusedError')
  })
}

test('a redirect without a target is refused', async (t) => {
  const server = await serve(t, (_, response) => response.writeHead(302).end())
  await assert.rejects(connect(t, server.url).fetchPage(CANDIDATES), { message: /redirected to nowhere$/ })
})
