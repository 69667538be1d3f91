import { distance } from 'fastest-levenshtein'
import { UserError } from '../errors.ts'
import type { Env } from './environment.ts'
import { variableNames } from './variables.ts'

const PREFIX = 'GEM_ATS_SYNC_'
/** Variables by which the tests' processes find each other. */
const TEST_PREFIX = 'GEM_ATS_SYNC_TEST_'

const ownNames = variableNames.filter((name) => name.startsWith(PREFIX))

/** Kubernetes injects these for each Service whose name begins with `gem-ats-sync`. */
const serviceLink =
  /^GEM_ATS_SYNC_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/

/** A name that is this near to one of ours is that name misspelt. */
const maxTypos = 2

/**
 * Names with our prefix that mean nothing to this version: a newer version's, perhaps, so they are no errors.
 *
 * @throws UserError for a name that is a known one misspelt: a misspelt key would leave histories unencrypted.
 */
export function unknownVariables(env: Env): readonly string[] {
  const names = Object.keys(env).filter((name) => !isKnown(name) && !serviceLink.test(name))
  for (const name of names) {
    const meant = misspelt(name)
    if (meant !== undefined) throw new UserError(`There is no variable ${name}; did you mean ${meant}?`)
  }
  return names.filter((name) => name.startsWith(PREFIX) && !name.startsWith(TEST_PREFIX)).sort()
}

/** For the log, `doctor` and `status`. */
export const ignoredVariables = (names: readonly string[]): string =>
  `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} ignored: this version has no such ` +
  `${names.length === 1 ? 'variable' : 'variables'} (docs/environment.md lists those there are)`

const isKnown = (name: string): boolean => variableNames.some((known) => known === name)

/** The known name that was meant; the prefix may be misspelt as well. */
function misspelt(name: string): string | undefined {
  const given = name.toUpperCase()
  return ownNames.find(
    (known) => Math.abs(known.length - given.length) <= maxTypos && distance(known, given) <= maxTypos,
  )
}
