import { within } from '../../within.ts'
import type { Check, Checked } from './check.ts'
import { explain } from './explain.ts'
import type { Setup } from './setup.ts'

const answerWithinMs = 5_000

/** Runs the checks side by side, each after those that it needs; none keeps another one waiting for ever. */
export async function runChecks(checks: readonly Check[], setup: Setup): Promise<Checked[]> {
  const running = new Map<string, Promise<Checked | null>>()
  for (const check of checks) running.set(check.name, runAfter(check, setup, running))
  const results = await Promise.all(running.values())
  return results.filter((result) => result !== null)
}

async function runAfter(
  check: Check,
  setup: Setup,
  running: ReadonlyMap<string, Promise<Checked | null>>,
): Promise<Checked | null> {
  const needed = await Promise.all(check.needs.map((name) => running.get(name)))
  const missing = needed.find((result) => result?.state === 'fail' || result?.state === 'skipped')
  if (missing) return { check: check.name, state: 'skipped', found: `needs: ${missing.check}`, remedy: null }
  try {
    const running = check.run(setup)
    const { withinMs = answerWithinMs } = check
    const finding = await (withinMs === null ? running : within(withinMs, running))
    return finding === null ? null : { check: check.name, ...finding }
  } catch (error) {
    return { check: check.name, ...explain(error) }
  }
}
