import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

const ITERATIONS = 4096

/**
 * What PostgreSQL keeps of a password (SCRAM-SHA-256, RFC 5803). Given instead of the password, neither the server nor
 * its log of statements ever sees the password itself.
 */
export function scramVerifier(password: string): string {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, 32, 'sha256')
  const keyFor = (whose: 'Client' | 'Server') => createHmac('sha256', salted).update(`${whose} Key`).digest()
  const stored = createHash('sha256').update(keyFor('Client')).digest()
  const [saltText, storedText, serverText] = [salt, stored, keyFor('Server')].map((bytes) =>
    bytes.toString('base64'),
  )
  return `SCRAM-SHA-256$${ITERATIONS}:${saltText}$${storedText}:${serverText}`
}
