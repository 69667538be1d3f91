import { z } from 'zod'
import { duration, durationMs } from '../accounts/duration.ts'
import { type EncryptionKey, parseEncryptionKey } from '../accounts/encryption.ts'
import { databaseUrlIs, databaseUrlProblem } from './database-url.ts'

/** What a value must be, for messages: the value itself may be a secret. */
const must = (rightIs: string) => ({ rightIs })

const text = (rightIs: string) => z.string().meta(must(rightIs))

const count = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine((number) => number >= from && number <= to)
    .meta(must(`a whole number from ${from} to ${to}`))

const postgresUrl = z
  .string()
  .superRefine((url, context) => {
    const problem = databaseUrlProblem(url)
    if (problem !== null) context.addIssue({ code: 'custom', params: { problem } })
  })
  .meta(must(databaseUrlIs))

const httpUrl = z
  .string()
  .refine((url) => /^https?:\/\//.test(url) && URL.canParse(url))
  .meta(must('a URL like http://collector:4318'))

/** `host:port`; an IPv6 address stands in brackets. */
const httpAddress = z
  .string()
  .regex(/^(\[[\da-f:.]+\]|[^\s:/@[\]]+):\d{1,5}$/i)
  .transform((address) => {
    const colon = address.lastIndexOf(':')
    const host = address.slice(0, colon).replace(/^\[|\]$/g, '')
    return { host, port: Number(address.slice(colon + 1)) }
  })
  .refine(({ port }) => port <= 65_535)
  .meta(must('an address and a port, such as 127.0.0.1:9464 or 0.0.0.0:9464'))

/** As browsers send it: without a path. */
const webOrigin = z
  .string()
  .refine((url) => /^https?:/.test(url) && URL.canParse(url) && new URL(url).origin === url)
  .meta(must('an origin such as http://127.0.0.1:8233, without a path'))

export const encryptionKeyIs = 'base64 of 32 random bytes (openssl rand -base64 32)'

const encryptionKey = z.string().transform((base64, context): EncryptionKey => {
  const key = parseEncryptionKey(base64)
  if (key !== null) return key
  context.addIssue({ code: 'custom' })
  return z.NEVER
})

const encryptionKeys = z
  .string()
  .transform((list) => list.split(/[\s,]+/).filter((item) => item !== ''))
  .pipe(z.array(encryptionKey))
  .meta(must('keys between commas, each base64 of 32 bytes'))

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** Every variable that the product reads, but those of Temporal's own configuration. Secrets are among them. */
export const variables = {
  DATABASE_URL: postgresUrl,
  /** `gem-ats-sync`: errors of the CLI come with their stacks. */
  DEBUG: text('a text'),
  /** Encrypts histories. */
  GEM_ATS_SYNC_CODEC_KEY: encryptionKey.meta(must(encryptionKeyIs)),
  GEM_ATS_SYNC_CODEC_KEY_FILE: text('the path of a file'),
  GEM_ATS_SYNC_CODEC_SERVER_ADDRESS: httpAddress,
  GEM_ATS_SYNC_CODEC_SERVER_ORIGIN: webOrigin,
  /** Nobody is served without it. */
  GEM_ATS_SYNC_CODEC_SERVER_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{32,}$/)
    .meta(must('at least 32 characters without blanks (openssl rand -hex 32)')),
  GEM_ATS_SYNC_DATA_DIR: text('a folder'),
  GEM_ATS_SYNC_DATABASE_POOL_SIZE: count(2, 1_000),
  GEM_ATS_SYNC_ENCRYPTION_KEY: encryptionKey.meta(must(encryptionKeyIs)),
  GEM_ATS_SYNC_ENCRYPTION_KEY_FILE: text('the path of a file'),
  /** Where the worker serves health and metrics; nowhere if it is not set. */
  GEM_ATS_SYNC_HTTP_ADDRESS: httpAddress,
  GEM_ATS_SYNC_LOG_LEVEL: z.enum(logLevels).meta(must(`one of ${logLevels.join(', ')}`)),
  GEM_ATS_SYNC_LOG_PRETTY: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .meta(must('true or false')),
  GEM_ATS_SYNC_MAX_CONCURRENT_ACTIVITIES: count(1, 1_000),
  /** Only `migrate` uses it. */
  GEM_ATS_SYNC_OWNER_DATABASE_URL: postgresUrl,
  /** Read what they encrypted in histories; nothing new is encrypted with them. */
  GEM_ATS_SYNC_PREVIOUS_CODEC_KEYS: encryptionKeys,
  /** Open what they sealed; nothing new is sealed with them. */
  GEM_ATS_SYNC_PREVIOUS_ENCRYPTION_KEYS: encryptionKeys,
  GEM_ATS_SYNC_SHUTDOWN_GRACE: duration('0s', '1h')
    .transform(durationMs)
    .meta(must('a duration from 0s to 1h, such as 30s')),
  GEM_ATS_SYNC_TASK_QUEUE: z.string().max(200).meta(must('at most 200 characters')),
  /** Only `migrate` uses it. */
  GEM_ATS_SYNC_WORKER_PASSWORD: text('a password (openssl rand -hex 24)'),
  /** Workflows that were bundled ahead (src/worker/bundle-workflows.ts); else the worker bundles them when it starts. */
  GEM_ATS_SYNC_WORKFLOW_BUNDLE: text('the path of a file'),
  /** Traces are sent there, by OpenTelemetry's own variables; nowhere if neither is set. */
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl,
  /** With the build id: workers are versioned, by Temporal's own names, as its worker controller for Kubernetes sets them. */
  TEMPORAL_DEPLOYMENT_NAME: z
    .string()
    .regex(/^[^.:]{1,200}$/)
    .meta(must('at most 200 characters, none of them a dot or a colon')),
  TEMPORAL_WORKER_BUILD_ID: z.string().max(200).meta(must('at most 200 characters')),
}

export type VariableName = keyof typeof variables

export const variableNames = Object.keys(variables) as VariableName[]

export const variablesSchema = z.object(variables).partial()

export type Variables = z.infer<typeof variablesSchema>
