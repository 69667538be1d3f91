import { type DestinationStream, type LogFn, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import { safeMessage } from './failure-sentence.ts'

export type { Logger } from 'pino'

export interface LogOptions {
  readonly level: string
  /** For people at a terminal; else one JSON object a line. */
  readonly pretty: boolean
}

/** Names under which a secret could come into a log by mistake. */
const SECRET_NAMES = [
  'apiKey',
  'api_key',
  'applicationSecret',
  'application_secret',
  'authorization',
  'databaseUrl',
  'encryptionKey',
  'password',
  'secret',
  '["x-api-key"]',
  '["x-application-secret"]',
]

const redact = SECRET_NAMES.flatMap((name) =>
  name.startsWith('[') ? [name, `*${name}`, `*.*${name}`] : [name, `*.${name}`, `*.*.${name}`],
)

/** @param destination where lines go; default: standard output. */
export function createLogger(options: LogOptions, destination?: DestinationStream): Logger {
  const stream = options.pretty
    ? pretty({
        destination: destination ?? 1,
        sync: true,
        ignore: 'pid,hostname',
        translateTime: 'SYS:HH:MM:ss',
      })
    : (destination ?? pino.destination({ dest: 1, sync: true }))
  return pino(
    {
      level: options.level,
      redact,
      serializers: { err: describeError, error: describeError },
      hooks: { logMethod: nameErrors },
    },
    stream,
  )
}

/** Without a text of its own, a line would take the error's message as it is. */
function nameErrors(this: Logger, args: Parameters<LogFn>, method: LogFn): void {
  const [first, text] = args as unknown[]
  const error = first instanceof Error ? first : (first as { err?: unknown } | null)?.err
  const fields = first instanceof Error ? { err: first } : first
  const namesItself = !(error instanceof Error) || typeof text === 'string'
  method.apply(this, namesItself ? args : [fields, safeMessage(error)])
}

/** An error without what may hold a record's values: of its own properties only the code is kept. */
function describeError(error: unknown): unknown {
  if (error === null || typeof error === 'string') return error
  if (!(error instanceof Error)) return { type: typeof error }
  const code = codeOf(error)
  const message = safeMessage(error)
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  return {
    type: error.name,
    message,
    code,
    stack: [`${error.name}: ${message}`, ...frames].join('\n'),
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  }
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
