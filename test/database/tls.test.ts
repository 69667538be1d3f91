/** TLS as `sslmode` in the URL says it, against a PostgreSQL with a certificate that is made here. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chownSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import pg from 'pg'
import { connect } from '../../src/database/connect.ts'
import { type EmbeddedPostgres, startThrowAwayPostgres } from '../../src/embedded/postgres.ts'
import { runCli } from '../cli/run-cli.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const folder = temporaryFolder()
const authority = join(folder.path, 'ca.pem')
const strangers = join(folder.path, 'strangers.pem')

describe('a TLS connection to PostgreSQL', () => {
  let postgres: EmbeddedPostgres
  before(async () => {
    postgres = await startThrowAwayPostgres()
    makeAuthority(authority)
    makeAuthority(strangers)
    const client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
    const { rows } = await client.query<{ data_directory: string }>('show data_directory')
    makeCertificate(String(rows[0]?.data_directory))
    await client.query('alter system set ssl = on')
    // No connection without it from now on.
    await client.query(
      `copy (select 'hostssl all all all scram-sha-256') to '${rows[0]?.data_directory}/pg_hba.conf'`,
    )
    await client.query('select pg_reload_conf()')
    await client.end()
    await untilTls(postgres.url)
  })
  after(async () => {
    await postgres.stop()
    folder[Symbol.dispose]()
  })

  /** The name that the certificate has, unless another is asked for. */
  const url = (query: string, host = 'localhost') => {
    const at = new URL(postgres.url)
    at.hostname = host
    return `${at.href}?${query}`
  }

  const ask = async (at: string) => {
    await using db = connect(at, { max: 1 })
    const { rows } = await sql<{ ssl: boolean; version: string }>`
      select ssl, version from pg_stat_ssl where pid = pg_backend_pid()`.execute(db)
    return rows[0]
  }

  test('is made with verify-full and the certificate of the authority', async () => {
    const { ssl, version } = (await ask(url(`sslmode=verify-full&sslrootcert=${authority}`))) ?? {}
    assert.deepEqual([ssl, version], [true, 'TLSv1.3'])
  })

  test('is verified as strictly for sslmode=require, without a word besides', async () => {
    const strict = await runCli(['account', 'list'], { databaseUrl: url('sslmode=require') })
    assert.match(
      strict.stderr,
      /^error: PostgreSQL at localhost\S+ has a certificate of an unknown authority \([^\n]+\); name that authority's file as sslrootcert in the database URL\n$/,
    )
    const { code, stderr } = await runCli(['migrate'], {
      databaseUrl: url(`sslmode=require&sslrootcert=${authority}`),
    })
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  })

  test('whose sslrootcert is not there is refused by the name of that file', async () => {
    const { code, stderr } = await runCli(['account', 'list'], {
      databaseUrl: url('sslmode=verify-full&sslrootcert=/nonexistent/ca.pem'),
    })
    assert.deepEqual(code, 1)
    assert.match(
      stderr,
      /^error: DATABASE_URL must [^\n]+ sslrootcert, the file \/nonexistent\/ca\.pem, cannot be read \(ENOENT\)\n$/,
    )
  })

  const refused: readonly [string, () => string, RegExp][] = [
    ['of an unknown authority', () => url('sslmode=verify-full'), /certificate/],
    [
      'of another authority',
      () => url(`sslmode=verify-full&sslrootcert=${strangers}`),
      /certificate|signature/,
    ],
    [
      'for another name',
      () => url(`sslmode=verify-full&sslrootcert=${authority}`, '127.0.0.1'),
      /127\.0\.0\.1/,
    ],
    ['that is not asked for, where the server wants TLS', () => url('sslmode=disable'), /pg_hba\.conf/],
  ]
  for (const [what, at, why] of refused) {
    test(`is refused with a certificate ${what}, in one line without the password`, async () => {
      await assert.rejects(ask(at()), why)
      const { code, stderr } = await runCli(['account', 'list'], { databaseUrl: at() })
      assert.equal(code, 1)
      const [line, ...more] = stderr.trim().split('\n')
      assert.match(String(line), /^error: PostgreSQL at /)
      assert.deepEqual(more, [])
      assert.equal(stderr.includes(new URL(postgres.url).password), false)
    })
  }
})

const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'ignore' })

function makeAuthority(certificate: string): void {
  openssl(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=authority of a test', '-keyout', `${certificate}.key`, '-out', certificate],
  )
}

/** For `localhost`, in the cluster's folder under the names that PostgreSQL looks for. */
function makeCertificate(dataDirectory: string): void {
  const [key, request, certificate] = ['server.key', 'server.csr', 'server.crt'].map((name) =>
    join(dataDirectory, name),
  ) as [string, string, string]
  openssl(
    ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', request],
  )
  openssl(
    ...['x509', '-req', '-in', request, '-CA', authority, '-CAkey', `${authority}.key`, '-days', '2'],
    ...['-copy_extensions', 'copy', '-out', certificate],
  )
  const { uid, gid } = statSync(dataDirectory)
  for (const path of [key, certificate]) chownSync(path, uid, gid)
}

/** The server reads its configuration anew a moment after it was told to. */
async function untilTls(url: string): Promise<void> {
  const isOffered = async () => {
    const client = new pg.Client({ connectionString: url, ssl: { rejectUnauthorized: false } })
    try {
      await client.connect()
      await client.end()
      return true
    } catch (error) {
      if (error instanceof Error && /SSL|TLS/.test(error.message)) return false
      throw error
    }
  }
  await until('a TLS connection', isOffered, (isThere) => isThere)
}
