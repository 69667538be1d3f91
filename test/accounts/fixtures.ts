import { randomBytes } from 'node:crypto'
import type { NewAccount } from '../../src/accounts/account-store.ts'
import { type EncryptionKey, type Keyring, parseEncryptionKey } from '../../src/accounts/encryption.ts'

export function newKey(): EncryptionKey {
  const key = parseEncryptionKey(randomBytes(32).toString('base64'))
  if (key === null) throw new Error('32 bytes are a key')
  return key
}

export function newKeyring(): Keyring {
  return { current: newKey(), others: [] }
}

export const acme: NewAccount = {
  account: 'acme',
  baseUrl: 'https://api.gem.com',
  allowInsecureBaseUrl: false,
  apiKey: 'the-api-key',
  applicationSecret: null,
  settings: {},
}
