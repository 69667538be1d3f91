import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common'

/** What stands for a payload that could not be decoded; messages refuse it like any other wrong input. */
export class Undecodable {
  readonly why: string

  constructor(why: string) {
    this.why = why
  }
}

/**
 * The default converter, but for payloads that cannot be decoded: where it throws, one signal with a wrong encoding
 * would fail the workflow's task for ever.
 */
class TolerantPayloadConverter implements PayloadConverter {
  toPayload<T>(value: T): Payload {
    return defaultPayloadConverter.toPayload(value)
  }

  fromPayload<T>(payload: Payload): T {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload)
    } catch {
      const encoding = payload.metadata?.encoding
      return new Undecodable(encoding ? new TextDecoder().decode(encoding).slice(0, 50) : 'none') as T
    }
  }
}

export const payloadConverter: PayloadConverter = new TolerantPayloadConverter()
