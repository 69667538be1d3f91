import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { readEnvironment } from '../../src/config.ts'
import { connect } from '../../src/database/connect.ts'
import { explainDatabaseError } from '../../src/database/explain-error.ts'
import { UserError } from '../../src/errors.ts'
import { NOBODY } from '../cli/run-cli.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()
after(() => folder[Symbol.dispose]())

const noCertificate = join(folder.path, 'empty.pem')
writeFileSync(noCertificate, 'nothing')

/** What the URL is refused with; null: it is taken. */
function refusal(DATABASE_URL: string): string | null {
  try {
    readEnvironment({ DATABASE_URL, GEM_ATS_SYNC_DATA_DIR: '/nonexistent' })
    return null
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
}

describe('a database URL', () => {
  const taken = [
    'postgres://u:p@db.example/ats',
    'postgresql://u:p%40%23%2F%3F%25%20@db.example:5433/ats?sslmode=verify-full',
    'postgres://u:p@ss:word@db.example/ats',
    'postgres://u@[::1]:5432/ats',
    'postgres://u@127.0.0.1/ats?application_name=mirror&sslmode=disable',
    'postgres:///ats?host=/var/run/postgresql',
    'postgres://u:p@%2Fvar%2Frun%2Fpostgresql/ats',
  ]
  for (const url of taken) test(`is taken as ${url}`, () => assert.equal(refusal(url), null))

  const refused: readonly [string, string, RegExp][] = [
    ['of another scheme', 'mysql://u:hush-hush@h/ats', /does not begin with postgres:\/\//],
    ['of keywords', 'host=h user=u password=hush-hush', /does not begin with postgres:\/\//],
    ['whose password has a #', 'postgres://u:12#hush@h/ats', /write # as %23/],
    ['whose password has a /', 'postgres://u:12/hush@h/ats', /\/ as %2F/],
    ['whose password has a ?', 'postgres://u:12?hush@h/ats', /\? as %3F/],
    ['whose password has @ and /', 'postgres://u:hush@hush/x@h/ats', /@ as %40/],
    ['whose password has a %', 'postgres://u:100%hush@h/ats', /write % itself as %25/],
    ['whose password has a code that is none', 'postgres://u:hush%E4@h/ats', /write % itself as %25/],
    ['whose password has a blank', 'postgres://u:hush hush@h/ats', /write a blank as %20/],
    ['whose password has a line break', 'postgres://u:hush\nhush@h/ats', /blank or control character/],
    ['with a word as its port', 'postgres://u:hush-hush@h:port/ats', /its port is not a number/],
    ['with port 0', 'postgres://u:hush-hush@h:0/ats', /its port is not a number from 1 to 65535/],
    ['with a port beyond the last', 'postgres://u:hush-hush@h:65536/ats', /its port is not a number/],
    ['with a port in a parameter', 'postgres://u@h/ats?port=hush-hush', /its port is not a number/],
    ['without a host', 'postgres:///ats', /it names no host/],
    ['without a host, behind a user', 'postgres://u:hush-hush@/ats', /its host is not the name/],
    ['with two hosts', 'postgres://u:hush-hush@h,k/ats', /its host is not the name or address of one server/],
    ['with a host that cannot be one', 'postgres://u:hush-hush@a^b/ats', /its host is not the name/],
    ['without a database', 'postgres://u:hush-hush@h', /it names no database/],
    ['without a host, with a password', 'postgres://u:hush-hush', /its port is not a number/],
    [
      'with another sslmode',
      'postgres://u@h/ats?sslmode=hush-hush',
      /its sslmode is none of disable, no-verify/,
    ],
    [
      'whose authority is in no file',
      'postgres://u@h/ats?sslrootcert=/nonexistent/ca.pem',
      /its sslrootcert, the file \/nonexistent\/ca\.pem, cannot be read \(ENOENT\)$/,
    ],
    [
      'whose authority is no certificate',
      `postgres://u@h/ats?sslrootcert=${noCertificate}`,
      /its sslrootcert, the file \S+empty\.pem, holds no certificate \(PEM\)$/,
    ],
    [
      'whose key is no key',
      `postgres://u@h/ats?sslkey=${noCertificate}`,
      /its sslkey, .* holds no private key/,
    ],
  ]
  for (const [what, url, says] of refused) {
    test(`${what} is refused, and that part is named`, () => {
      const message = refusal(url) ?? assert.fail('it was taken')
      assert.match(message, /^DATABASE_URL must be a URL like postgres:\/\/\S+, but [^\n]+$/)
      assert.match(message, says)
      assert.equal(message.includes('hush'), false)
    })
  }

  test('never shows a part of its password, whatever characters it has and whether they are encoded', async () => {
    // None of them is in what is said of a URL in four characters running.
    const character = fc.constantFrom(...'0178#/?@:%&=+\\[]{}|^`"\'<>;,!$*()~_ \t\n\u00e9\u65e5XZ')
    const password = fc.string({ unit: character, minLength: 4, maxLength: 24 })
    await fc.assert(
      fc.asyncProperty(password, fc.boolean(), async (secret, encoded) => {
        const url = `postgres://me:${encoded ? encodeURIComponent(secret) : secret}@${NOBODY}/ats`
        const said = refusal(url) ?? (await failureAt(url))
        for (let at = 0; at + 4 <= secret.length; at++)
          assert.equal(said.includes(secret.slice(at, at + 4)), false, said)
        if (encoded)
          assert.match(said, /^PostgreSQL at 127\.0\.0\.1:1\/ats cannot be reached \(ECONNREFUSED\)/)
      }),
      { numRuns: 400 },
    )
  })
})

async function failureAt(url: string): Promise<string> {
  await using db = connect(url, { max: 1 })
  return await sql`select 1`.execute(db).then(
    () => assert.fail('nobody answers there'),
    (error: unknown) => String((explainDatabaseError(error, url) as Error).message),
  )
}
