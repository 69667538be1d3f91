import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Answer } from './answers.ts'
import type { Fault, TransportFault } from './faults.ts'

/** Writes an answer as it is. */
export function writeAnswer(response: ServerResponse, answer: Answer): void {
  writeBytes(response, answer, Buffer.from(answer.body))
}

function writeBytes(response: ServerResponse, answer: Answer, body: Buffer): void {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length })
  response.end(body)
}

/** Writes an answer so that it does not get through as it should. */
export async function writeFaulty(
  response: ServerResponse,
  answer: Answer,
  fault: Fault & { kind: TransportFault },
): Promise<void> {
  switch (fault.kind) {
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'hang':
      return
    case 'truncated-body':
      return writeCut(response, answer)
    case 'truncated-json':
      return writeAnswer(response, {
        ...answer,
        body: answer.body.slice(0, -Math.ceil(answer.body.length / 3)),
      })
    case 'not-json':
      return writeAnswer(response, { ...answer, body: 'Service is being updated, please come back soon.' })
    case 'wrong-content-type':
      return writeAnswer(response, { ...answer, headers: { ...answer.headers, 'content-type': 'text/html' } })
    case 'wrong-headers':
      return writeAnswer(response, { ...answer, headers: withOthers(answer.headers, fault.headers ?? {}) })
    case 'reset-body':
      return writeReset(response, answer)
    case 'invalid-utf8':
      return writeBytes(response, answer, invalidUtf8(answer.body))
    case 'broken-gzip':
      return writeAnswer(response, { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' } })
    case 'padded-body':
      return writeBytes(response, answer, Buffer.from(answer.body.padStart(fault.bytes ?? 10_000_000)))
    case 'slow-loris':
      return writeForEver(response, answer, fault.intervalMs ?? 50)
    case 'slow-body':
      return writeSlowly(response, answer, fault.intervalMs ?? 50)
    case 'gzip-bomb':
      return writeGzipBomb(response, answer, fault.bytes ?? 200_000_000)
    case 'huge-page':
      return writeHugePage(response, answer, fault.bytes ?? 20_000_000)
  }
}

/** Promises more bytes than it sends, then closes the connection. */
function writeCut(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length + 1 })
  response.write(body.subarray(0, Math.ceil(body.length / 2)), () => response.destroy())
}

/** Sends a part, then resets the connection. */
function writeReset(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length })
  response.write(body.subarray(0, Math.ceil(body.length / 2)), () => response.socket?.resetAndDestroy())
}

/** Every `a` in names, ids and other values becomes a byte that no UTF-8 has; keys stay. */
function invalidUtf8(body: string): Buffer {
  const strings = /"(?:[^"\\]|\\.)*"(\s*:)?/g
  const bytes = Buffer.from(body).toString('latin1')
  const broken = bytes.replace(strings, (text, isKey) => (isKey ? text : text.replaceAll('a', '\xff')))
  return Buffer.from(broken, 'latin1')
}

function withOthers(headers: Answer['headers'], others: Record<string, string | null>): Answer['headers'] {
  const changed = Object.entries({ ...headers, ...others })
  return Object.fromEntries(changed.filter((entry): entry is [string, string] => entry[1] !== null))
}

/** A body that begins as it should and then trickles in without an end. */
async function writeForEver(response: ServerResponse, answer: Answer, intervalMs: number): Promise<void> {
  response.writeHead(answer.status, answer.headers)
  response.write('[')
  while (!response.destroyed) {
    response.write(' ')
    await pause(intervalMs, undefined, { ref: false })
  }
}

async function writeSlowly(response: ServerResponse, answer: Answer, intervalMs: number): Promise<void> {
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length })
  for (let sent = 0; sent < body.length && !response.destroyed; sent += 8) {
    response.write(body.subarray(sent, sent + 8))
    await pause(intervalMs, undefined, { ref: false })
  }
  response.end()
}

/** A small body that unpacks to a large one: members of a gzip file may follow one another. */
function writeGzipBomb(response: ServerResponse, answer: Answer, bytes: number): void {
  const member = gzipSync(Buffer.alloc(1_000_000, ' '))
  const members = Array.from({ length: Math.ceil(bytes / 1_000_000) }, () => member)
  const body = Buffer.concat([gzipSync('['), ...members, gzipSync(']')])
  const headers = { ...answer.headers, 'content-encoding': 'gzip', 'content-length': body.length }
  response.writeHead(answer.status, headers)
  response.end(body)
}

/** A page with one element of that size more, sent without a length. */
async function writeHugePage(response: ServerResponse, answer: Answer, bytes: number): Promise<void> {
  const filling = Buffer.alloc(1_000_000, 'x')
  response.writeHead(answer.status, answer.headers)
  response.write('[{"id":"huge","filling":"')
  for (let sent = 0; sent < bytes && !response.destroyed; sent += filling.length)
    if (!response.write(filling)) await drained(response)
  response.end(answer.body === '[]' ? '"}]' : `"},${answer.body.slice(1)}`)
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}
