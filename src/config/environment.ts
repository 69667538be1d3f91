import { resolve } from 'node:path'
import type { z } from 'zod'
import { readStackFile, type StackFile } from '../embedded/stack-file.ts'
import { UserError } from '../errors.ts'
import { unknownVariables } from './unknown-variables.ts'
import { type VariableName, type Variables, variableNames, variables, variablesSchema } from './variables.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** The environment, checked. What needs a part of it takes that part, so that nothing is asked for in vain. */
export interface Environment {
  readonly variables: Variables
  /** As it was given, for Temporal's own configuration. */
  readonly env: Env
  /** Names with our prefix that this version does not know: to be warned of. */
  readonly unknown: readonly string[]
  /** Absolute path of the embedded stack's folder. */
  readonly dataDir: string
  /** The embedded stack that is meant: it runs on the data folder, and DATABASE_URL names no other database. */
  readonly stack: StackFile | null
}

/** @throws UserError for a misspelt GEM_ATS_SYNC_* variable or a bad value. An empty value counts as not set. */
export function readEnvironment(env: Env = process.env): Environment {
  const unknown = unknownVariables(env)
  const values = readVariables(env)
  const dataDir = resolve(values.GEM_ATS_SYNC_DATA_DIR ?? '.data')
  return { variables: values, env, unknown, dataDir, stack: stackMeant(values, dataDir) }
}

function readVariables(env: Env): Variables {
  const given: Partial<Record<VariableName, string>> = {}
  for (const name of variableNames) {
    const value = env[name]?.trim()
    if (value === undefined || value === '') continue
    if (placeholder.test(value)) throw mustBe(name, 'it still is the placeholder of an example')
    given[name] = value
  }
  const result = variablesSchema.safeParse(given)
  if (result.success) return result.data
  throw badVariable(result.error)
}

/** What an example has where a value is to stand, in a URL in the password's place: `<openssl rand -hex 24>`. */
const placeholder = /(^|:)<[^<>]*>(@|$)/

function badVariable(error: z.ZodError): UserError {
  const [issue] = error.issues
  const name = issue?.path[0] as VariableName
  const problem = issue?.code === 'custom' ? issue.params?.problem : undefined
  return mustBe(name, problem === undefined ? null : String(problem))
}

function mustBe(name: VariableName, problem: string | null): UserError {
  const but = problem === null ? '' : `, but ${problem}`
  return new UserError(`${name} must be ${String(variables[name].meta()?.rightIs)}${but}`)
}

function stackMeant({ DATABASE_URL }: Variables, dataDir: string): StackFile | null {
  const stack = readStackFile(dataDir)
  if (stack === null || DATABASE_URL === undefined) return stack
  return isSameServer(new URL(DATABASE_URL), new URL(stack.databaseUrl)) ? stack : null
}

/** Without this, a key or a Temporal of the demo would be taken for those of another database. */
function isSameServer(a: URL, b: URL): boolean {
  return isLocal(a) && isLocal(b) && (a.port || '5432') === (b.port || '5432') && a.pathname === b.pathname
}

function isLocal({ hostname }: URL): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}
