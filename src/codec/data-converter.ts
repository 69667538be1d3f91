import { fileURLToPath } from 'node:url'
import type { DataConverter } from '@temporalio/common'
import type { CodecKeys } from './codec-keys.ts'
import { EncryptingCodec } from './payload-codec.ts'

const failureConverterPath = fileURLToPath(new URL('../workflows/failure-converter.ts', import.meta.url))

/** For `Worker.create`, whose workflow bundle has to encode failures as well: see `workflowBundle`. */
export function workerDataConverter(keys: CodecKeys | null): DataConverter {
  if (keys === null) return {}
  const codec = new EncryptingCodec({ keys, unreadable: 'left' })
  return { payloadCodecs: [codec], ...(keys.current === null ? {} : { failureConverterPath }) }
}

/** For `Client`: it asks, and is told why an answer cannot be read. */
export function clientDataConverter(keys: CodecKeys | null): DataConverter {
  return keys === null ? {} : { payloadCodecs: [new EncryptingCodec({ keys, unreadable: 'refused' })] }
}
