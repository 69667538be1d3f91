import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { UserError } from '../errors.ts'

/** A password that needs no escaping in a URL. */
export function newPassword(): string {
  return randomBytes(24).toString('base64url')
}

/**
 * Reads a secret that is kept in a file, which is made at first use (mode 0600).
 *
 * @throws {UserError} the file is there but empty
 */
export function keepSecret(file: string, make: () => string): string {
  if (!existsSync(file)) writeOnce(file, make())
  const secret = readFileSync(file, 'utf8').trim()
  if (secret !== '') return secret
  throw new UserError(`${file} is empty; it must hold the secret it was made with: restore it from a backup`)
}

/** Linked into place complete: a crash leaves no half secret behind, and the first of two writers wins. */
function writeOnce(file: string, secret: string): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${secret}\n`, { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
}
