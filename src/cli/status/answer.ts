import { z } from 'zod'
import type { Outcome } from '../account-workflow.ts'

const time = z.iso.datetime()

/**
 * What is shown of a workflow's answer in a place of its own. The rest is shown as it comes, and nothing is asked of
 * it: the worker may be of another version.
 */
const schema = z.looseObject({
  state: z.string(),
  doing: z.string(),
  run: z.looseObject({ id: z.string(), mode: z.string() }).nullable(),
  streams: z.array(
    z.looseObject({
      ...{ stream: z.string(), state: z.string() },
      ...{ error: z.string().nullable(), warning: z.string().nullable() },
    }),
  ),
  waitingUntil: time.nullable(),
  lastSync: z
    .looseObject({
      run: z.string(),
      mode: z.string(),
      state: z.string(),
      finishedAt: time,
      error: z.string().nullable(),
    })
    .nullable(),
  nextSync: z.looseObject({ mode: z.string(), at: time }).nullable(),
  queue: z.array(z.looseObject({ id: z.string(), mode: z.string() })),
})

export type WorkflowAnswer = z.infer<typeof schema>

/** Null: the workflow does not answer, or not as one of this version does. */
export function readAnswer(outcome: Outcome<unknown>): WorkflowAnswer | null {
  return outcome.kind === 'done' && isAnswer(outcome.value) ? outcome.value : null
}

/** The answer itself, and not what zod makes of it, keeps the workflow's order. */
const isAnswer = (value: unknown): value is WorkflowAnswer => schema.safeParse(value).success

/** Why there is no answer; null: there is one. */
export function silenceOf(outcome: Outcome<unknown>): string | null {
  switch (outcome.kind) {
    case 'done':
      return readAnswer(outcome) === null ? 'it answers as another version does' : null
    case 'not-running':
      return 'it does not run'
    case 'unreachable':
      return outcome.why
  }
}
