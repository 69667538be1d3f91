import { setTimeout as sleep } from 'node:timers/promises'
import { type ListedRun, listRuns, listStreams } from '../database/list-runs.ts'
import { UserError } from '../errors.ts'
import { oneLine } from '../failure-sentence.ts'
import { showSeconds } from './runs.ts'
import { readAnswer, silenceOf, type WorkflowAnswer } from './status/answer.ts'
import type { Steered, Steering } from './steer-accounts.ts'

const LOOK_EVERY_MS = 1_000

/**
 * Shows how far a sync is until it has ended.
 *
 * @throws UserError unless it SUCCEEDED.
 */
export async function followSync(account: string, syncId: string, steering: Steering): Promise<Steered> {
  const { workflows, tell } = steering
  let id = syncId
  let shown = ''
  for (;;) {
    const ended = await endOf(account, id, steering)
    if (ended !== null) return ended
    const outcome = await workflows.ask(account, (handle) => handle.query<unknown>('status'))
    const answer = readAnswer(outcome)
    if (outcome.kind === 'not-running' || (answer !== null && !knows(answer, id))) {
      // It may have ended since the database was asked.
      const last = await endOf(account, id, steering)
      if (last !== null) return last
      id = successorOf(answer, id)
    }
    const line = answer === null ? `no answer: ${silenceOf(outcome)}` : `${answer.state}: ${answer.doing}`
    const next = `${account}: ${line}${await rowsOf(id, steering)}`
    if (next !== shown) tell(next)
    shown = next
    await sleep(LOOK_EVERY_MS)
  }
}

const knows = ({ run, queue }: WorkflowAnswer, id: string) =>
  run?.id === id || queue.some((waiting) => waiting.id === id)

/** A full sync takes over what a delta that waits would have read. @throws UserError if there is none. */
function successorOf(answer: WorkflowAnswer | null, id: string): string {
  const last = answer?.lastSync
  const syncs = [...(answer?.queue ?? []), answer?.run, last && { ...last, id: last.run }]
  const full = syncs.find((sync) => sync?.mode === 'full')
  if (full) return full.id
  throw new UserError(`the sync ${id} will not be finished: its workflow has ended, or was started anew`)
}

async function endOf(account: string, id: string, { db }: Steering): Promise<Steered | null> {
  const [run] = await listRuns(db, { account, beginning: id, limit: 1 })
  if (run === undefined || run.state === 'RUNNING') return null
  if (run.state === 'SUCCEEDED') return { result: run.state, line: endLine(run), syncId: id }
  throw new UserError(run.error === null ? endLine(run) : `${endLine(run)}: ${oneLine(run.error)}`)
}

const endLine = ({ id, mode, state, seconds }: ListedRun) =>
  `the ${mode} sync ${id} ended ${state} after ${showSeconds(seconds)}`

async function rowsOf(id: string, { db }: Steering): Promise<string> {
  const streams = await listStreams(db, id)
  return streams.length === 0
    ? ''
    : `; ${streams.map(({ stream, fetched }) => `${stream} ${fetched}`).join(', ')}`
}
