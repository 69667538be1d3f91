/** The one reader of database URLs. What it says of one never holds a part that may be a secret. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

export const databaseUrlIs = 'a URL like postgres://user:password@host:5432/database'

const scheme = /^postgres(ql)?:\/\//

const verified = ['prefer', 'require', 'verify-ca', 'verify-full'] as const
const sslModes: readonly string[] = ['disable', 'no-verify', ...verified]

/** @returns what is wrong with the URL, in words that go on from "but"; null: nothing. */
export function databaseUrlProblem(url: string): string | null {
  return spellingProblem(url) ?? addressProblem(url) ?? tlsProblem(new URL(url).searchParams)
}

/** What would make the URL mean something else than it shows: a part of a password that counts as host or port. */
function spellingProblem(url: string): string | null {
  if (!scheme.test(url)) return 'it does not begin with postgres://'
  if (/[\s\p{Cc}]/u.test(url)) return 'it has a blank or control character; write a blank as %20'
  const userInfoEnd = url.lastIndexOf('@')
  const authorityEnd = url.replace(scheme, (start) => '_'.repeat(start.length)).search(/[/?#]/)
  if (url.includes('#') || (authorityEnd !== -1 && authorityEnd < userInfoEnd))
    return 'a character of the user, the password or a parameter is not percent-encoded: write # as %23, / as %2F, ? as %3F, @ as %40'
  if (!isDecodable(url)) return 'a % in it is not followed by the code of a character; write % itself as %25'
  return null
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function addressProblem(url: string): string | null {
  const [address = ''] = url.replace(scheme, '').replace(/^.*@/, '').split(/[/?]/)
  const port = URL.parse(url)?.searchParams.get('port') ?? /:([^:\]]*)$/.exec(address)?.[1]
  if (port !== undefined && !isPort(port)) return 'its port is not a number from 1 to 65535'
  const parsed = URL.parse(url)
  if (parsed === null || hostOf(parsed).includes(','))
    return 'its host is not the name or address of one server'
  if (hostOf(parsed) === '') return 'it names no host'
  return databaseOf(parsed) === '' ? 'it names no database' : null
}

const isPort = (text: string): boolean =>
  /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535

const hostOf = ({ searchParams, hostname }: URL): string => searchParams.get('host') ?? hostname

const databaseOf = ({ pathname }: URL): string => pathname.slice(1)

function tlsProblem(parameters: URLSearchParams): string | null {
  const mode = parameters.get('sslmode')
  if (mode !== null && !sslModes.includes(mode)) return `its sslmode is none of ${sslModes.join(', ')}`
  for (const [name, { holds, read }] of Object.entries(tlsFiles)) {
    const path = parameters.get(name)
    if (path === null) continue
    let content: string
    try {
      content = readFileSync(path, 'utf8')
    } catch (error) {
      return `its ${name}, the file ${path}, cannot be read (${(error as NodeJS.ErrnoException).code})`
    }
    try {
      read(content)
    } catch {
      return `its ${name}, the file ${path}, holds no ${holds}`
    }
  }
  return null
}

const certificate = { holds: 'certificate (PEM)', read: (pem: string): unknown => new X509Certificate(pem) }

const tlsFiles = {
  sslrootcert: certificate,
  sslcert: certificate,
  sslkey: { holds: 'private key (PEM)', read: (pem: string): unknown => createPrivateKey(pem) },
}

/** `host:5432/database`, for messages. */
export function placeOf(url: string): string {
  const parsed = new URL(url)
  const { host, pathname, searchParams } = parsed
  return `${searchParams.has('host') ? hostOf(parsed) : host}${pathname}`
}

/** Whether nobody in between can read what is sent: the server has proven who it is, or is this machine. */
export function isConfidential(url: string): boolean {
  const parsed = new URL(url)
  const { searchParams } = parsed
  const host = decodeURIComponent(hostOf(parsed))
  if (host.startsWith('/') || /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host)) return true
  const { searchParams: taken } = new URL(connectionStringOf(url))
  return taken.get('sslmode') === 'verify-full' && !searchParams.has('ssl')
}

/** As pg takes it: PGPORT, which is the embedded stack's, has no say, and pg warns of each mode that it verifies alike. */
export function connectionStringOf(url: string): string {
  const parsed = new URL(url)
  const { searchParams } = parsed
  const isVerified = verified.some((name) => name === searchParams.get('sslmode'))
  if (isVerified && !searchParams.has('uselibpqcompat')) searchParams.set('sslmode', 'verify-full')
  if (parsed.port === '' && !searchParams.has('port')) searchParams.set('port', '5432')
  return parsed.href
}
