import { Context, type Info } from '@temporalio/activity'
import type { Logger } from 'pino'
import { explainCondition } from '../database/conditions.ts'
import { inSpan, withinRun } from '../tracing.ts'
import { failureTypes } from './failure-types.ts'
import { asTemporalFailure, failureTypeOf } from './failures.ts'
import { type WorkFields, workFields } from './work-fields.ts'

/** Lines of the activity that this is called in. */
export function linesOf(log: Logger, input: unknown): Logger {
  const { workflowExecution, attempt } = Context.current().info
  return log.child({ ...workFields(input), workflowId: workflowExecution?.workflowId, attempt })
}

/** An activity as Temporal gets it: in a span, its failures as Temporal's, and what nobody foresaw in the log. */
export function observed<F extends (input: never) => Promise<unknown>>(
  log: Logger,
  name: string,
  activity: F,
): F {
  const inOwnSpan = async (input: never) => {
    const { info } = Context.current()
    const fields = workFields(input)
    const title = fields.stream === undefined ? name : `${name} ${fields.stream}`
    const work = () => inSpan(title, { attributes: attributesOf(info, fields) }, () => activity(input))
    try {
      return await (fields.run === undefined ? work() : withinRun(fields.run, work))
    } catch (error) {
      // Temporal tries again, and tells only what may stand in a history.
      if (failureTypeOf(error) === failureTypes.other) {
        const condition = explainCondition(error)
        const fields = { err: error, activity: name, ...(condition === null ? {} : { why: condition }) }
        linesOf(log, input).warn(fields, 'an activity failed and is tried again')
      }
      throw error
    }
  }
  return asTemporalFailure(inOwnSpan as F)
}

function attributesOf(info: Info, { account, run, stream }: WorkFields) {
  return {
    'gem_ats_sync.account': account,
    'gem_ats_sync.run': run,
    'gem_ats_sync.stream': stream,
    'temporal.workflow.id': info.workflowExecution?.workflowId,
    'temporal.run.id': info.workflowExecution?.runId,
    'temporal.activity.attempt': info.attempt,
    // How long it has waited for a worker.
    'temporal.activity.queued_ms': Math.max(0, Date.now() - info.currentAttemptScheduledTimestampMs),
  }
}
