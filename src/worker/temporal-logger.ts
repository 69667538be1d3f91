import { DefaultLogger, type LogEntry } from '@temporalio/worker'
import type { Logger } from 'pino'

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const

/** Temporal's own log lines as lines of ours. `run` is a sync's, so Temporal's run id goes by its full name. */
export function temporalLogger(log: Logger): DefaultLogger {
  const level = log.isLevelEnabled('debug') ? 'DEBUG' : 'INFO'
  return new DefaultLogger(level, ({ level, message, meta }: LogEntry) => {
    const { error, runId, ...fields } = meta ?? {}
    const line = {
      ...accountOf(fields.workflowId),
      ...fields,
      ...(runId === undefined ? {} : { temporalRunId: runId }),
      ...(error === undefined ? {} : { err: error }),
    }
    log[levels[level]](line, readable(message))
  })
}

/** What the SDK's core says of an error of gRPC ends with bytes and metadata, which no person can read. */
function readable(message: string): string {
  return message.replace(/, details: (?:b"|\[).*$/s, ' }')
}

function accountOf(workflowId: unknown): { account?: string } {
  const account = typeof workflowId === 'string' ? /^gem-account-(.+)$/.exec(workflowId)?.[1] : undefined
  return account === undefined ? {} : { account }
}
