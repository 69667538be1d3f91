/**
 * The environment, parsed by zod; the only reader of process.env in the product (the embedded stack has its own,
 * src/embedded/environment.ts). Messages name the variable and what would be right, never its value.
 */
import type { Keyring } from './accounts/encryption.ts'
import { type DeploymentVersion, deploymentVersionOf } from './config/deployment.ts'
import { type Env, type Environment, readEnvironment } from './config/environment.ts'
import { keyringOf } from './config/keyring.ts'
import { readProxies } from './config/proxies.ts'
import { type TemporalConfig, temporalOf } from './config/temporal.ts'
import { UserError } from './errors.ts'
import type { Proxies } from './gem/proxy.ts'
import type { LogOptions } from './log.ts'
import type { HttpAddress } from './serve-http.ts'

export { codecKeysOf } from './config/codec-keys.ts'
export { codecServerOf } from './config/codec-server.ts'
export { type Environment, readEnvironment } from './config/environment.ts'
export { keyringOf } from './config/keyring.ts'
export { type TemporalConfig, temporalOf } from './config/temporal.ts'
export { ignoredVariables } from './config/unknown-variables.ts'

/** All that the worker needs. */
export interface Config {
  /** Names with our prefix that this version does not know. */
  readonly unknownVariables: readonly string[]
  readonly databaseUrl: string
  readonly keyring: Keyring
  readonly temporal: TemporalConfig
  readonly log: LogOptions
  /** Where the worker serves health and metrics; null: nowhere. */
  readonly http: HttpAddress | null
  readonly worker: WorkerLimits
  /** Null: workers are not versioned. */
  readonly deployment: DeploymentVersion | null
  /** By which Gem is called. */
  readonly proxies: Proxies
  /** Whether traces are sent; where to is the exporter's own business. */
  readonly traces: boolean
}

export interface WorkerLimits {
  readonly maxConcurrentActivities: number
  /** Connections to PostgreSQL. */
  readonly poolSize: number
  /** How long activities in flight may go on once the worker was asked to stop. */
  readonly shutdownGraceMs: number
  /** Path of workflows that were bundled ahead; null: the worker bundles them when it starts. */
  readonly workflowBundle: string | null
}

/** @throws UserError for the first variable that is missing or wrong. */
export function readConfig(env: Env = process.env): Config {
  const environment = readEnvironment(env)
  return {
    unknownVariables: environment.unknown,
    databaseUrl: databaseUrlOf(environment),
    keyring: keyringOf(environment),
    temporal: temporalOf(environment),
    log: logOf(environment),
    http: environment.variables.GEM_ATS_SYNC_HTTP_ADDRESS ?? null,
    worker: workerLimitsOf(environment),
    deployment: deploymentVersionOf(environment),
    proxies: readProxies(environment.env),
    traces: sendsTraces(environment),
  }
}

/** @throws UserError that names both ways to say which database. */
export function databaseUrlOf({ variables, stack, dataDir }: Environment): string {
  const url = variables.DATABASE_URL ?? stack?.databaseUrl
  if (url !== undefined) return url
  throw new UserError(
    'There is no database: set DATABASE_URL (postgres://user:password@host:5432/database), ' +
      `or start the embedded stack (npm start); none runs on ${dataDir} (GEM_ATS_SYNC_DATA_DIR)`,
  )
}

export interface MigrationTarget {
  readonly databaseUrl: string
  /** Of the role `gem_ats_sync_worker`, if it is to log in. */
  readonly workerPassword: string | undefined
}

/** @throws UserError if no database is named: the embedded stack migrates its own. */
export function migrationTargetOf({ variables }: Environment): MigrationTarget {
  const databaseUrl = variables.GEM_ATS_SYNC_OWNER_DATABASE_URL ?? variables.DATABASE_URL
  if (databaseUrl !== undefined)
    return { databaseUrl, workerPassword: variables.GEM_ATS_SYNC_WORKER_PASSWORD }
  throw new UserError(
    'There is no database to migrate: set GEM_ATS_SYNC_OWNER_DATABASE_URL to the URL of a role that may create ' +
      'schemas and roles (or DATABASE_URL); the embedded stack migrates its own database when it starts',
  )
}

/** Whether errors come with their stacks: DEBUG=gem-ats-sync. */
export function isDebug(env: Env = process.env): boolean {
  return (env.DEBUG ?? '').split(/[\s,]+/).some((name) => name === 'gem-ats-sync' || name === '*')
}

function logOf({ variables }: Environment): LogOptions {
  return {
    level: variables.GEM_ATS_SYNC_LOG_LEVEL ?? 'info',
    pretty: variables.GEM_ATS_SYNC_LOG_PRETTY ?? process.stdout.isTTY === true,
  }
}

function sendsTraces({ variables, env }: Environment): boolean {
  const endpoint = variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? variables.OTEL_EXPORTER_OTLP_ENDPOINT
  return endpoint !== undefined && env.OTEL_SDK_DISABLED?.toLowerCase() !== 'true'
}

function workerLimitsOf({ variables }: Environment): WorkerLimits {
  const maxConcurrentActivities = variables.GEM_ATS_SYNC_MAX_CONCURRENT_ACTIVITIES ?? 20
  return {
    maxConcurrentActivities,
    poolSize: variables.GEM_ATS_SYNC_DATABASE_POOL_SIZE ?? maxConcurrentActivities + 2,
    shutdownGraceMs: variables.GEM_ATS_SYNC_SHUTDOWN_GRACE ?? 30_000,
    workflowBundle: variables.GEM_ATS_SYNC_WORKFLOW_BUNDLE ?? null,
  }
}
