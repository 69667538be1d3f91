import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Payload } from '@temporalio/common'
import protocol from '@temporalio/proto'
import type { EncryptionKey } from '../accounts/encryption.ts'
import { ENCRYPTED, KEY_ID } from '../workflows/encrypted-encoding.ts'

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

const proto = protocol.temporal.api.common.v1.Payload
const utf8 = new TextDecoder()

/**
 * Encrypts a payload as a whole, its own metadata included.
 *
 * @returns encoding `binary/encrypted`, the key's id beside it; as data a nonce (12 bytes), the ciphertext, and the
 *   tag (16 bytes). The key's id is authenticated.
 */
export function encryptPayload(key: EncryptionKey, payload: Payload): Payload {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key.secret, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(additionalData(key.id))
  const plain = proto.encode(payload).finish()
  return {
    metadata: { encoding: Buffer.from(ENCRYPTED), [KEY_ID]: Buffer.from(key.id) },
    data: Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]),
  }
}

/** @returns null if it is not what that key has encrypted. */
export function decryptPayload(key: EncryptionKey, { data }: Payload): Payload | null {
  if (!data || data.length < NONCE_BYTES + TAG_BYTES) return null
  const tagAt = data.length - TAG_BYTES
  try {
    const decipher = createDecipheriv(ALGORITHM, key.secret, data.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(additionalData(key.id))
    decipher.setAuthTag(data.subarray(tagAt))
    const plain = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, tagAt)), decipher.final()])
    const { metadata, data: opened } = proto.decode(plain)
    return { metadata, data: opened }
  } catch {
    // Cut off, changed, or of another key with the same id: whoever asked says what that means.
    return null
  }
}

export const isEncrypted = ({ metadata }: Payload) => readMetadata(metadata?.encoding) === ENCRYPTED

/** Id of the key that a payload is encrypted with, as it says itself. */
export const keyIdOf = ({ metadata }: Payload) => readMetadata(metadata?.[KEY_ID])

const readMetadata = (bytes: Uint8Array | null | undefined) => (bytes ? utf8.decode(bytes) : '')

const additionalData = (keyId: string) => Buffer.from(`${ENCRYPTED} ${keyId}`)
