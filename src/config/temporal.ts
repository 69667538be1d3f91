import { devNull } from 'node:os'
import { getCACertificates } from 'node:tls'
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig'
import type { CodecKeys } from '../codec/codec-keys.ts'
import { TASK_QUEUE } from '../embedded/stack-file.ts'
import { UserError } from '../errors.ts'
import { codecKeysOf } from './codec-keys.ts'
import type { Env, Environment } from './environment.ts'

export interface TemporalConfig {
  /** For `NativeConnection.connect` and `Connection.connect`. */
  readonly connectionOptions: ClientConnectConfig['connectionOptions'] & { readonly address: string }
  readonly namespace: string
  readonly taskQueue: string
  /** Encrypt histories; null: they are not encrypted. */
  readonly codecKeys: CodecKeys | null
  /** How a person calls the `temporal` program that reaches it. */
  readonly program: 'temporal' | 'npm run temporal --'
}

/** Any of these says that another Temporal is meant than the embedded one. */
const CHOOSING = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE']

/** `temporal:7233`, `[::1]:7233`; without a port it is 7233. */
const ADDRESS = /^(\[[\da-f:.]+\]|[^\s:/@[\]]+)(:\d{1,5})?$/i

/** Temporal's own configuration (TEMPORAL_* and temporal.toml); else the embedded stack's server. */
export function temporalOf(environment: Environment): TemporalConfig {
  const { env, stack, variables } = environment
  const taskQueue = variables.GEM_ATS_SYNC_TASK_QUEUE ?? TASK_QUEUE
  const codecKeys = codecKeysOf(environment)
  // A temporal.toml says where a user's own server is: it has no say in how the embedded one is reached.
  if (stack !== null && CHOOSING.every((name) => (env[name] ?? '') === '')) {
    return {
      connectionOptions: { address: stack.temporalAddress },
      namespace: stack.namespace,
      taskQueue,
      codecKeys,
      program: 'npm run temporal --',
    }
  }
  const { connectionOptions, namespace } = load(env)
  const address = connectionOptions.address || 'localhost:7233'
  if (!ADDRESS.test(address)) {
    throw new UserError(
      'TEMPORAL_ADDRESS (or address in temporal.toml) must be a host and a port, such as temporal:7233, without a scheme or a path; TLS is switched ' +
        'on by TEMPORAL_TLS=true, by a certificate, or by an API key',
    )
  }
  return {
    connectionOptions: {
      ...connectionOptions,
      address,
      tls: withAuthorities(connectionOptions.tls ?? false),
    },
    namespace: namespace || 'default',
    taskQueue,
    codecKeys,
    program: 'temporal',
  }
}

type Tls = NonNullable<ClientConnectConfig['connectionOptions']['tls']>

/** The worker's client is native and would trust other authorities than Node, which the CLI and doctor ask by. */
function withAuthorities(tls: Tls): Tls {
  if (!tls) return tls
  const given = tls === true ? {} : tls
  if (given.serverRootCACertificate) return given
  const known = new Set([...getCACertificates('default'), ...getCACertificates('system')])
  return { ...given, serverRootCACertificate: Buffer.from([...known].join('\n')) }
}

function load(env: Env): ClientConnectConfig {
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  try {
    return loadClientConnectConfig({
      overrideEnvVars: Object.fromEntries(given),
      // An empty file, which is how one says that there is none, would be an error.
      disableFile: env.TEMPORAL_CONFIG_FILE === devNull,
    })
  } catch (error) {
    const [why] = (error as Error).message.split('\n')
    throw new UserError(`Temporal's configuration (TEMPORAL_*, temporal.toml) cannot be used: ${why}`)
  }
}
