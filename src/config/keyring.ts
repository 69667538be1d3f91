import { readFileSync } from 'node:fs'
import { type EncryptionKey, type Keyring, parseEncryptionKey } from '../accounts/encryption.ts'
import { encryptionKeyPath } from '../embedded/stack-file.ts'
import { UserError } from '../errors.ts'
import type { Environment } from './environment.ts'
import { encryptionKeyIs } from './variables.ts'

/** The keys for credentials: GEM_ATS_SYNC_ENCRYPTION_KEY, else …_KEY_FILE, else the embedded stack's own. */
export function keyringOf(environment: Environment): Keyring {
  const { GEM_ATS_SYNC_PREVIOUS_ENCRYPTION_KEYS: others = [] } = environment.variables
  return { current: currentKey(environment), others }
}

function currentKey({ variables, stack, dataDir }: Environment): EncryptionKey {
  const { GEM_ATS_SYNC_ENCRYPTION_KEY: key, GEM_ATS_SYNC_ENCRYPTION_KEY_FILE: file } = variables
  if (key !== undefined) return key
  if (file !== undefined) return readKeyFile(file, 'GEM_ATS_SYNC_ENCRYPTION_KEY_FILE')
  if (stack !== null) return readKeyFile(encryptionKeyPath(dataDir), "The embedded stack's key file")
  throw new UserError(
    `There is no encryption key; set GEM_ATS_SYNC_ENCRYPTION_KEY to ${encryptionKeyIs}, ` +
      'or GEM_ATS_SYNC_ENCRYPTION_KEY_FILE to a file that holds it',
  )
}

/** @param what names the file in messages. @throws UserError if it cannot be read, or holds no key. */
export function readKeyFile(file: string, what: string): EncryptionKey {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError(`${what} (${file}) cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  const key = parseEncryptionKey(content)
  if (key === null) throw new UserError(`${what} (${file}) must hold ${encryptionKeyIs}`)
  return key
}
