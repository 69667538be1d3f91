/** The loaders that are compared with, each started as a process: `node bench/loaders/load.ts floor <url> <key> <database>`. */
import { once } from 'node:events'
import { Agent } from 'undici'
import { loadFloor } from './floor.ts'
import { loadMapped } from './mapped.ts'
import { loadNaively } from './naive.ts'

export type ReadPage = (
  url: string,
) => Promise<{ readonly body: Buffer<ArrayBuffer>; readonly total: number }>

const inFlight = 4
const loaders = { floor: loadFloor, mapped: loadMapped, naive: loadNaively }

const [name, baseUrl = '', apiKey = '', databaseUrl = ''] = process.argv.slice(2)
const load = loaders[name as keyof typeof loaders]
const agent = new Agent({ connections: inFlight })

const readPage: ReadPage = async (url) => {
  const { origin, pathname } = new URL(baseUrl)
  const { body, headers } = await agent.request({
    origin,
    path: pathname + url,
    method: 'GET',
    headers: { 'x-api-key': apiKey },
  })
  const pagination = JSON.parse(String(headers['x-pagination'])) as { total: number }
  return { body: Buffer.from(await body.arrayBuffer()), total: pagination.total }
}

console.log(JSON.stringify('ready'))
await once(process.stdin, 'data')
await load({ readPage, databaseUrl, inFlight })
console.log(JSON.stringify('done'))
// Until here its connections are open: backends that are about to end would be missed where PostgreSQL's CPU is counted.
await once(process.stdin, 'data')
process.exit()
