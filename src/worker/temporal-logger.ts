import { DefaultLogger, type LogEntry } from '@temporalio/worker'
import type { Logger } from 'pino'

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const

/** Temporal's own log lines as lines of ours. */
export function temporalLogger(log: Logger): DefaultLogger {
  return new DefaultLogger('INFO', ({ level, message, meta }: LogEntry) => {
    const { error, ...fields } = meta ?? {}
    log[levels[level]]({ ...fields, ...(error === undefined ? {} : { err: error }) }, message)
  })
}
