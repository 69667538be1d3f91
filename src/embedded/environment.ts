/** The environment as the embedded stack reads it: the one place below src/embedded that looks at process.env. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

export interface EmbeddedEnvironment {
  /** Absolute path of the folder that everything persistent lives in. */
  readonly dataDir: string
  /** Where tools that had to be downloaded or built are kept, for all checkouts of a user. */
  readonly cacheDir: string
  /** Ports that were asked for by name, as they were given; undefined means "any that is free". */
  readonly postgresPort: string | undefined
  readonly temporalPort: string | undefined
  readonly temporalUiPort: string | undefined
  readonly simulatedGemPort: string | undefined
  /** A Temporal CLI to use instead of any other. */
  readonly temporalCliPath: string | undefined
  /** A time-skipping test server to use instead of any other. */
  readonly testServerPath: string | undefined
  readonly path: string
}

export type Variables = Readonly<Record<string, string | undefined>>

/** What the system and the terminal tell every program. */
const SYSTEM = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TMP', 'TEMP', 'TZ', 'XDG_CACHE_HOME'],
  ...['LANG', 'LANGUAGE', 'LC_ALL', 'LC_COLLATE', 'LC_CTYPE', 'LC_MESSAGES', 'LC_NUMERIC', 'LC_TIME'],
  ...['TERM', 'COLORTERM', 'COLUMNS', 'LINES', 'NO_COLOR', 'FORCE_COLOR'],
  ...['SystemRoot', 'ComSpec', 'PATHEXT', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'],
]
/** How this machine reaches others: for what talks to Gem, and for what fetches tools. */
const NETWORK = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'GOPROXY', 'GOSUMDB'],
]
/** The embedded stack's own. */
const OWN = [
  ...['GEM_ATS_SYNC_DATA_DIR', 'PGPORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT', 'SIMULATED_GEM_PORT'],
  ...['TEMPORAL_CLI_PATH', 'TEMPORAL_TEST_SERVER_PATH', 'DEBUG'],
]
const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]', '::1']
/** By which the processes of the tests find each other. */
const TEST_PREFIX = 'GEM_ATS_SYNC_TEST_'

/** For servers, which need nothing but their arguments. */
export function systemVariables(variables: Variables = process.env): Record<string, string> {
  return pick(variables, SYSTEM)
}

/** For programs that talk to others than the embedded stack. */
export function networkVariables(variables: Variables = process.env): Record<string, string> {
  return pick(variables, [...SYSTEM, ...NETWORK])
}

/**
 * Takes everything out of this process's environment that the embedded stack does not know. A shell may be set up for
 * another PostgreSQL, another Temporal or another product, and libraries read variables of their own (PGSSLMODE).
 *
 * @param others what is kept besides
 */
export function forgetOtherVariables(others: readonly string[] = []): void {
  const kept = new Set([...SYSTEM, ...NETWORK, ...OWN, ...others])
  for (const name of Object.keys(process.env)) {
    if (!kept.has(name) && !name.startsWith(TEST_PREFIX)) delete process.env[name]
  }
  Object.assign(process.env, withoutProxyForLoopback(process.env))
}

/** A proxy leads to others, never to the servers on this machine; some libraries ask it for those, too. */
function withoutProxyForLoopback({ NO_PROXY, no_proxy = NO_PROXY }: Variables): Record<string, string> {
  const hosts = [...(no_proxy ?? '').split(/[\s,]+/), ...LOOPBACK_HOSTS].filter((host) => host !== '')
  const all = [...new Set(hosts)].join(',')
  return { NO_PROXY: all, no_proxy: all }
}

function pick(variables: Variables, names: readonly string[]): Record<string, string> {
  const given = names.map((name) => [name, variables[name]] as const)
  return Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** Reads the embedded stack's settings. */
export function readEnvironment(variables: Variables = process.env): EmbeddedEnvironment {
  return {
    dataDir: resolve(text(variables, 'GEM_ATS_SYNC_DATA_DIR') ?? '.data'),
    cacheDir: join(text(variables, 'XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'gem-ats-sync'),
    postgresPort: text(variables, 'PGPORT'),
    temporalPort: text(variables, 'TEMPORAL_PORT'),
    temporalUiPort: text(variables, 'TEMPORAL_UI_PORT'),
    simulatedGemPort: text(variables, 'SIMULATED_GEM_PORT'),
    temporalCliPath: text(variables, 'TEMPORAL_CLI_PATH'),
    testServerPath: text(variables, 'TEMPORAL_TEST_SERVER_PATH'),
    path: variables.PATH ?? '',
  }
}

function text(variables: Variables, name: string): string | undefined {
  const value = variables[name]?.trim()
  return value === '' ? undefined : value
}
