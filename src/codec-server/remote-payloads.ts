import type { Payload } from '@temporalio/common'
import { z } from 'zod'

const base64 = z.base64()

/** The body of Temporal's remote codec protocol: protobuf as JSON, which leaves out what is empty; bytes as base64. */
const remotePayloads = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), base64).nullish(), data: base64.nullish() }))
    .nullish(),
})

/** @returns null if it is not such a body. */
export function readRemotePayloads(body: string): Payload[] | null {
  const result = remotePayloads.safeParse(parse(body))
  if (!result.success) return null
  return (result.data.payloads ?? []).map(({ metadata, data }) => ({
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, text]) => [name, bytesOf(text)])),
    ...(data ? { data: bytesOf(data) } : {}),
  }))
}

export function writeRemotePayloads(payloads: readonly Payload[]): string {
  const texts = payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]),
    ),
    ...(data ? { data: Buffer.from(data).toString('base64') } : {}),
  }))
  return JSON.stringify({ payloads: texts })
}

const bytesOf = (text: string) => Buffer.from(text, 'base64')

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
