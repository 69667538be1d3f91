import { setTimeout as sleep } from 'node:timers/promises'
import { createLogUpdate } from 'log-update'
import { UserError } from '../../errors.ts'
import { oneLine } from '../../failure-sentence.ts'
import { print } from '../output.ts'
import { INTERRUPTED } from '../report-error.ts'
import type { View } from './views.ts'

const EVERY_MS = 1_000

/**
 * Shows it again each second until Ctrl-C, which ends with exit code 130: in place at a terminal, else a line for each
 * change, or with `json` one object a line each time. A database that goes away meanwhile is shown, and asked again.
 */
export async function watch(look: () => Promise<View>, json: boolean): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const show = json ? appendJson : isScreen(process.stdout) ? paintInPlace() : appendChanges()
  while (!stop.signal.aborted) {
    show(await lookOnce(look))
    await sleep(EVERY_MS, undefined, { signal: stop.signal }).catch(() => {
      // Ctrl-C: the loop ends.
    })
  }
  process.exitCode = INTERRUPTED
}

async function lookOnce(look: () => Promise<View>): Promise<View> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const line = `error: ${oneLine(error.message)}`
    return { json: { error: error.message }, screen: [line], changes: [line] }
  }
}

function appendJson({ json }: View): void {
  print(JSON.stringify(json))
}

/** Some terminals do not know their size; nothing can be painted there. */
const isScreen = ({ isTTY, rows }: NodeJS.WriteStream) => isTTY === true && rows > 0

function paintInPlace(): (view: View) => void {
  const update = createLogUpdate(process.stdout)
  return ({ screen }) => update([...screen, '', 'Ctrl-C ends this.'].join('\n'))
}

function appendChanges(): (view: View) => void {
  let shown: readonly string[] = []
  return ({ changes }) => {
    for (const line of changes) if (!shown.includes(line)) print(line)
    shown = changes
  }
}
