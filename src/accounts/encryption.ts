import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { UserError } from '../errors.ts'

/** A key that credentials are encrypted with. The id is stored beside what it sealed and says nothing about the key. */
export interface EncryptionKey {
  /** First 8 hex digits of the key's SHA-256. */
  readonly id: string
  readonly secret: KeyObject
}

/** `current` seals; `others` only open what was sealed before the current key came. */
export interface Keyring {
  readonly current: EncryptionKey
  readonly others: readonly EncryptionKey[]
}

/** Which value it is. Sealed in as additional data: a value that is moved elsewhere does not open. */
export interface SealedPlace {
  readonly account: string
  readonly field: 'api_key' | 'application_secret'
}

const ALGORITHM = 'aes-256-gcm'
const VERSION = 1
const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16

/** @returns null if the text is not base64 of 32 bytes. */
export function parseEncryptionKey(base64: string): EncryptionKey | null {
  const text = base64.trim()
  const bytes = Buffer.from(text, 'base64')
  // Node skips what is not base64: only what encodes back to the same text was.
  const isBase64 = bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')
  if (!isBase64 || bytes.length !== KEY_BYTES) return null
  const id = createHash('sha256').update(bytes).digest('hex').slice(0, 8)
  return { id, secret: createSecretKey(bytes) }
}

/** @returns version (1 byte), initialisation vector (12), tag (16), ciphertext. */
export function seal(key: EncryptionKey, place: SealedPlace, text: string): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, key.secret, iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(additionalData(place))
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), ciphertext])
}

/**
 * Opens what `seal` made with the key of that id.
 *
 * @throws UserError if no such key is at hand, or the value was not sealed with it for this place.
 */
export function open(keyring: Keyring, keyId: string, place: SealedPlace, sealed: Buffer): string {
  const key = [keyring.current, ...keyring.others].find(({ id }) => id === keyId)
  if (key === undefined) throw noSuchKey(keyring, keyId, place)
  try {
    return decipher(key, place, sealed)
  } catch {
    throw new UserError(
      `The ${place.field} stored for account ${place.account} is not what was encrypted for it with key ${keyId}; ` +
        `store it again: gem-ats-sync account set-key ${place.account}`,
    )
  }
}

function decipher(key: EncryptionKey, place: SealedPlace, sealed: Buffer): string {
  const tagAt = 1 + IV_BYTES
  const textAt = tagAt + TAG_BYTES
  if (sealed[0] !== VERSION || sealed.length < textAt) throw new Error('unknown format')
  const decipher = createDecipheriv(ALGORITHM, key.secret, sealed.subarray(1, tagAt), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(additionalData(place))
  decipher.setAuthTag(sealed.subarray(tagAt, textAt))
  return Buffer.concat([decipher.update(sealed.subarray(textAt)), decipher.final()]).toString('utf8')
}

function additionalData({ account, field }: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify([VERSION, account, field]))
}

function noSuchKey({ current, others }: Keyring, keyId: string, { account }: SealedPlace): UserError {
  const atHand = [current, ...others].map(({ id }) => id).join(', ')
  return new UserError(
    `The credentials of account ${account} are encrypted with key ${keyId}, but the key at hand is ${atHand}: ` +
      `give key ${keyId} in GEM_ATS_SYNC_ENCRYPTION_KEY or GEM_ATS_SYNC_PREVIOUS_ENCRYPTION_KEYS, ` +
      `or store them again: gem-ats-sync account set-key ${account}`,
  )
}
