import type { Payload } from '@temporalio/common'
import { readRemotePayloads, writeRemotePayloads } from '../../src/codec-server/remote-payloads.ts'

export const TOKEN = 't0ken-of-the-codec-server-0123456789'
export const WEB_UI = 'http://127.0.0.1:8233'

export interface Asked {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** As Temporal's tools ask: a POST of JSON. */
export async function ask(
  url: string,
  headers: Record<string, string>,
  body = '{"payloads":[]}',
): Promise<Asked> {
  const all = { 'content-type': 'application/json', ...headers }
  return read(await fetch(url, { method: 'POST', headers: all, body }))
}

export async function read(response: Response): Promise<Asked> {
  return { status: response.status, headers: response.headers, body: await response.text() }
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** @returns the payloads of the answer, which has to be one. */
export async function convert(url: string, payloads: readonly Payload[]): Promise<Payload[]> {
  const { status, body } = await ask(url, bearer(TOKEN), writeRemotePayloads(payloads))
  const converted = readRemotePayloads(body)
  if (status !== 200 || converted === null) throw new Error(`${status} ${body}`)
  return converted
}
