import { Command, CommanderError } from 'commander'
import { findAccount, listAccounts } from '../accounts/account-store.ts'
import type { Keyring } from '../accounts/encryption.ts'
import { type Resealed, resealCredentials } from '../accounts/reseal-credentials.ts'
import { keyringOf, readEnvironment } from '../config.ts'
import type { Db } from '../database/connect.ts'
import { UserError } from '../errors.ts'
import { print, printJson } from './output.ts'
import { FAILED, USAGE } from './report-error.ts'
import { withDatabase } from './with-database.ts'

const help = `
The present key is GEM_ATS_SYNC_ENCRYPTION_KEY, or in GEM_ATS_SYNC_ENCRYPTION_KEY_FILE; those that the credentials were
encrypted with so far are in GEM_ATS_SYNC_PREVIOUS_ENCRYPTION_KEYS. An account whose key is not among them stays as it
is, and is named with the id of that key; the others are done. It may be run again at any time.

In this order nothing stands still: give all workers the new key, with the old one among the previous ones, and restart
them; run this; then take the old key away.

Examples:
  gem-ats-sync account rotate-encryption-key --all
  gem-ats-sync account rotate-encryption-key acme`

interface RotateOptions {
  readonly all: boolean
  readonly json: boolean
}

export function accountRotateEncryptionKey(): Command {
  return new Command('rotate-encryption-key')
    .summary('encrypt stored credentials with the present encryption key')
    .description('Encrypts the stored credentials of an account, or of all, with the present encryption key.')
    .argument('[name]', 'the account')
    .option('--all', 'all accounts', false)
    .option('--json', 'print the result as JSON', false)
    .addHelpText('after', help)
    .action(rotate)
}

async function rotate(name: string | undefined, { all, json }: RotateOptions): Promise<void> {
  if ((name === undefined) === !all) {
    throw new CommanderError(USAGE, 'wrongUsage', 'error: name one account, or give --all for all of them')
  }
  const environment = readEnvironment()
  const keyring = keyringOf(environment)
  const done = await withDatabase(environment, async (db) => {
    const accounts = name === undefined ? await listAccounts(db) : [await findAccount(db, name)]
    const done: Rotation[] = []
    for (const { account } of accounts) done.push(await rotateOne(db, keyring, account))
    return done
  })
  if (done.some(({ problem }) => problem !== null)) process.exitCode = FAILED
  if (json) return printJson({ encryptionKeyId: keyring.current.id, accounts: done })
  for (const line of summaryOf(keyring, done)) print(line)
  for (const { problem } of done) if (problem !== null) process.stderr.write(`error: ${problem}\n`)
}

/** What became of one account; `was` is null where it cannot be told, since the credentials cannot be opened. */
interface Rotation {
  readonly account: string
  readonly was: Resealed['was'] | null
  readonly changed: boolean
  readonly problem: string | null
}

/** One account whose key is lost must not keep the others from their new one. */
async function rotateOne(db: Db, keyring: Keyring, account: string): Promise<Rotation> {
  try {
    return { account, ...(await resealCredentials(db, keyring, account)), problem: null }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { account, was: null, changed: false, problem: error.message }
  }
}

function summaryOf({ current }: Keyring, done: readonly Rotation[]): string[] {
  const changed = Map.groupBy(
    done.filter(({ changed }) => changed),
    ({ was }) => was,
  )
  const lines = [...changed].map(
    ([was, rotations]) => `${count(rotations.length)} from key ${was} to key ${current.id}`,
  )
  const same = done.filter(({ was }) => was === current.id).length
  if (same > 0 || done.length === 0) lines.push(`${count(same)} had key ${current.id} already`)
  const failed = done.filter(({ problem }) => problem !== null).length
  if (failed > 0) lines.push(`${count(failed)} could not be opened and stay as they are`)
  return lines
}

const count = (accounts: number) => `${accounts} ${accounts === 1 ? 'account' : 'accounts'}`
