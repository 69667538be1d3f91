import type { Command } from 'commander'
import { findAccount } from '../accounts/account-store.ts'
import { UserError } from '../errors.ts'
import { readAnswer, silenceOf } from './status/answer.ts'
import {
  answerOf,
  type Steered,
  type Steering,
  steeringCommand,
  type WaitOptions,
  waitFor,
  withTimeout,
} from './steer-accounts.ts'

const pauseHelp = `
The same as the signal pause. The place is kept; account resume goes on from there.

Examples:
  gem-ats-sync account pause acme
  gem-ats-sync account pause --all`

const resumeHelp = `
The same as the signal resume: goes on after a pause, or tries a refused key again; else lifts a pause that Gem asked for.

Examples:
  gem-ats-sync account resume acme
  gem-ats-sync account resume --all`

export function accountPause(): Command {
  return withTimeout(steeringCommand({ name: 'pause', act: steerBy('pause') }))
    .summary('make no calls to Gem until resume')
    .description('Pauses accounts: no calls to Gem from the next page on.')
    .addHelpText('after', pauseHelp)
}

export function accountResume(): Command {
  return withTimeout(steeringCommand({ name: 'resume', act: steerBy('resume') }))
    .summary('go on after a pause')
    .description('Lets accounts go on after a pause.')
    .addHelpText('after', resumeHelp)
}

/** What the workflow answers once it has taken the signal. */
const taken = { pause: 'paused', resume: 'resumed' } as const

type Signal = keyof typeof taken

function steerBy(signal: Signal) {
  return async (account: string, steering: Steering, options: WaitOptions): Promise<Steered> => {
    const { workflows } = steering
    answerOf(await workflows.ask(account, (handle) => handle.signal(signal)), account)
    let silence: string | null = null
    const state = await waitFor(options, async () => {
      // It is answered after the signal, which came first.
      const outcome = await workflows.ask(account, (handle) => handle.query<unknown>('status'))
      silence = silenceOf(outcome)
      const state = readAnswer(outcome)?.state
      return state !== undefined && (await isSo(signal, state, account, steering)) ? state : null
    })
    if (state === null) {
      const why = silence ?? 'the database does not show it'
      throw new UserError(`the signal ${signal} was sent, and its workflow has not answered yet: ${why}`)
    }
    const result = taken[signal]
    return { result, line: state === 'PAUSED' ? result : `${result}; it is ${state}` }
  }
}

/** Whoever needs a person makes no calls anyway, and shows that first. */
async function isSo(signal: Signal, state: string, account: string, { db }: Steering): Promise<boolean> {
  if (state.startsWith('NEEDS_')) return true
  const isPaused = (await findAccount(db, account)).state === 'PAUSED'
  return signal === 'pause' ? isPaused && state === 'PAUSED' : !isPaused && state !== 'PAUSED'
}
