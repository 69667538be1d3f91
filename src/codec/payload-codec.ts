import type { Payload, PayloadCodec } from '@temporalio/common'
import { UserError } from '../errors.ts'
import { type CodecKeys, findCodecKey } from './codec-keys.ts'
import { decryptPayload, encryptPayload, isEncrypted, keyIdOf } from './encrypted-payload.ts'

export interface PayloadCodecOptions {
  readonly keys: CodecKeys
  /**
   * What becomes of an encrypted payload that cannot be read: a worker leaves it as it is, since whatever throws here
   * would fail the workflow's task for ever, and the workflow refuses it like any other wrong message. Whoever asks for
   * an answer is told why there is none.
   */
  readonly unreadable: 'left' | 'refused'
}

/** Encrypts all that goes into histories, and reads it back. What is not encrypted goes through as it is. */
export class EncryptingCodec implements PayloadCodec {
  readonly #options: PayloadCodecOptions

  constructor(options: PayloadCodecOptions) {
    this.#options = options
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const { current } = this.#options.keys
    if (current === null) return payloads
    return payloads.map((payload) => (isEncrypted(payload) ? payload : encryptPayload(current, payload)))
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => this.#decodeOne(payload))
  }

  #decodeOne(payload: Payload): Payload {
    if (!isEncrypted(payload)) return payload
    const id = keyIdOf(payload)
    const key = findCodecKey(this.#options.keys, id)
    const opened = key && decryptPayload(key, payload)
    if (opened !== null) return opened
    if (this.#options.unreadable === 'left') return payload
    throw new UserError(key === null ? missing(id) : `Temporal holds a payload that key ${id} cannot decrypt`)
  }
}

function missing(id: string): string {
  const named = /^[\w-]{1,64}$/.test(id) ? `key ${id}` : 'a key without a usable id'
  return (
    `Temporal holds a payload that is encrypted with ${named}: ` +
    'give that key in GEM_ATS_SYNC_CODEC_KEY or GEM_ATS_SYNC_PREVIOUS_CODEC_KEYS'
  )
}
