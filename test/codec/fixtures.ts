import type { Payload } from '@temporalio/common'
import type { CodecKeys } from '../../src/codec/codec-keys.ts'
import { newKey } from '../accounts/fixtures.ts'

export function newCodecKeys(): CodecKeys & { readonly current: NonNullable<CodecKeys['current']> } {
  return { current: newKey(), others: [] }
}

/** As a converter makes it of a value. */
export function jsonPayload(value: unknown): Payload {
  return {
    metadata: { encoding: Buffer.from('json/plain') },
    data: Buffer.from(JSON.stringify(value)),
  }
}

/** Bytes as text, so that payloads can be compared whichever kind of array holds them. */
export function readable({ metadata, data }: Payload) {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
  const named = Object.entries(metadata ?? {}).map(([name, bytes]) => [name, text(bytes)])
  return { metadata: Object.fromEntries(named), data: text(data ?? new Uint8Array()) }
}
