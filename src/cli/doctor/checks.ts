import { variableNames } from '../../config/variables.ts'
import { ignoredVariables } from '../../config.ts'
import { accountChecks } from './account-checks.ts'
import { type Check, ok, warn } from './check.ts'
import { databaseChecks } from './database-checks.ts'
import type { Setup } from './setup.ts'
import { temporalChecks } from './temporal-checks.ts'

const environment: Check = {
  name: 'environment',
  needs: [],
  run: async ({ environment: { variables, env, unknown, stack, dataDir } }) => {
    const own = variableNames.filter((name) => variables[name] !== undefined)
    const temporals = Object.keys(env).filter((name) => name.startsWith('TEMPORAL_') && env[name] !== '')
    const set = [...new Set([...own, ...temporals])]
    const running = stack === null ? '' : `; the embedded stack runs on ${dataDir}`
    const found = `${set.length === 0 ? 'no variable is set' : `set: ${set.join(', ')}`}${running}`
    if (unknown.length === 0) return ok(found)
    return warn(
      `${found}; ${ignoredVariables(unknown)}`,
      'correct or remove them; those of a newer version do no harm after a rollback',
    )
  },
}

const checks: readonly Check[] = [environment, ...databaseChecks, ...accountChecks, ...temporalChecks]

/** All that `doctor` looks at, in the order in which it tells. A check stands behind those that it needs. */
export function checksFor({ gem }: Pick<Setup, 'gem'>): readonly Check[] {
  return checks.filter(({ name }) => name !== 'gem' || gem !== null)
}
