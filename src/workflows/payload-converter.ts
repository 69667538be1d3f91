import {
  defaultPayloadConverter,
  type Payload,
  type PayloadConverter,
  type SerializationContext,
} from '@temporalio/common'
import { ENCRYPTED, KEY_ID } from './encrypted-encoding.ts'

/** What stands for a payload that could not be decoded; messages refuse it like any other wrong input. */
export class Undecodable {
  readonly why: string
  /** It is encrypted, and this worker has no key for it. */
  readonly isEncrypted: boolean

  constructor({ metadata }: Payload) {
    const encoding = read(metadata?.encoding).slice(0, 50) || 'none'
    this.isEncrypted = encoding === ENCRYPTED
    const keyId = read(metadata?.[KEY_ID]).slice(0, 50)
    this.why = this.isEncrypted && keyId !== '' ? `${encoding}, key ${keyId}` : encoding
  }
}

const read = (bytes: Uint8Array | null | undefined) => (bytes ? new TextDecoder().decode(bytes) : '')

/** What a workflow's task fails by where its history cannot be read. */
export const lacksKey = ({ why }: Undecodable) =>
  `encoding ${why}: this worker lacks the key; see GEM_ATS_SYNC_PREVIOUS_CODEC_KEYS`

/**
 * The default converter, but for payloads that cannot be decoded: where it throws, one signal with a wrong encoding
 * would fail the workflow's task for ever.
 */
class TolerantPayloadConverter implements PayloadConverter {
  toPayload<T>(value: T): Payload {
    return defaultPayloadConverter.toPayload(value)
  }

  fromPayload<T>(payload: Payload, context?: SerializationContext): T {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload)
    } catch {
      const undecodable = new Undecodable(payload)
      // An activity's own answer is no message of a person's. Another worker may have the key: the task waits for it.
      if (context?.type === 'activity' && undecodable.isEncrypted) throw new Error(lacksKey(undecodable))
      return undecodable as T
    }
  }
}

export const payloadConverter: PayloadConverter = new TolerantPayloadConverter()
