import type { ActivityInterceptors } from '@temporalio/worker'
import { type WorkFields, workFields } from '../activities/work-fields.ts'

/** Lines that Temporal's SDK writes about an activity name the work as ours do. */
export function nameWork(): ActivityInterceptors {
  let fields: WorkFields = {}
  return {
    inbound: {
      async execute(input, next) {
        fields = workFields(input.args[0])
        return await next(input)
      },
    },
    outbound: {
      getLogAttributes: (attributes, next) => next({ ...attributes, ...fields }),
    },
  }
}
