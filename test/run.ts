/**
 * Runs the tests: `npm test`, or `npm test -- test/some/file.test.ts` for some of them. Options of `node --test`
 * are passed on. Starts one PostgreSQL cluster and one Temporal for all files, and takes them down again.
 * `--within=60` gives a long test so many minutes, `--postgres=16` runs the tests on another PostgreSQL than the newest.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { forgetOtherVariables } from '../src/embedded/environment.ts'
import { UserError } from '../src/errors.ts'
import type { Counts } from './support/count-reporter.ts'
import { type PostgresVersion, postgresVersions } from './support/postgres-versions.ts'
import { stackVariables } from './support/stack.ts'
import { startTestStack } from './support/start-stack.ts'

const CONCURRENCY = 2
/** A test that takes longer than this hangs. */
const TEST_WITHIN_MINUTES = 5
/** node:test has no limit for a file that leaves a server or a timer open: it would run for ever. */
const ALL_WITHIN_MINUTES = 40
const WITHIN = '--within='
const POSTGRES = '--postgres='

// Tests are not about the shell that they are started from.
forgetOtherVariables(['HOSTILE_SEED', 'HOSTILE_RECORDS'])

const folder = mkdtempSync(join(tmpdir(), 'gem-ats-sync-test-'))
const countsFile = join(folder, 'counts.json')
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort())

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof UserError ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function run(given: readonly string[]): Promise<number> {
  const flags = given.filter((argument) => argument.startsWith('-'))
  const isOwn = (flag: string) => flag.startsWith(WITHIN) || flag.startsWith(POSTGRES)
  const options = flags.filter((flag) => !isOwn(flag))
  const limits = limitsOf(flags.find((argument) => argument.startsWith(WITHIN)))
  const version = versionOf(flags.find((argument) => argument.startsWith(POSTGRES)))
  const files = testFiles(given.filter((argument) => !argument.startsWith('-')))
  const stack = await startTestStack(folder, version)
  try {
    const failed = await runNodeTest([...options, ...files], limits, stackVariables(stack.where))
    return printCounts() && !failed ? 0 : 1
  } finally {
    await stack.stop()
  }
}

function versionOf(given: string | undefined): PostgresVersion | undefined {
  if (given === undefined) return undefined
  const version = postgresVersions.find((known) => String(known) === given.slice(POSTGRES.length))
  if (version !== undefined) return version
  throw new UserError(
    `${given}: expected one of ${postgresVersions.map((known) => POSTGRES + known).join(', ')}`,
  )
}

interface Limits {
  readonly testMinutes: number
  readonly allMinutes: number
}

function limitsOf(within: string | undefined): Limits {
  if (within === undefined) return { testMinutes: TEST_WITHIN_MINUTES, allMinutes: ALL_WITHIN_MINUTES }
  const minutes = Number(within.slice(WITHIN.length))
  if (!(minutes > 0)) throw new UserError(`${within}: expected minutes, such as ${WITHIN}60`)
  return { testMinutes: minutes, allMinutes: minutes }
}

function testFiles(given: readonly string[]): readonly string[] {
  const files = globSync(given.length > 0 ? given : ['test/**/*.test.ts']).sort()
  if (files.length > 0) return files
  throw new UserError(
    `no test files match ${given.join(' ') || 'test/**/*.test.ts'}; give paths like test/gem/x.test.ts`,
  )
}

/** @returns true if something failed */
async function runNodeTest(
  args: readonly string[],
  { testMinutes, allMinutes }: Limits,
  variables: Record<string, string>,
): Promise<boolean> {
  const counter = fileURLToPath(new URL('./support/count-reporter.ts', import.meta.url))
  const reporters = [
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...[`--test-reporter=${counter}`, `--test-reporter-destination=${countsFile}`],
  ]
  const limits = [`--test-concurrency=${CONCURRENCY}`, `--test-timeout=${testMinutes * 60_000}`]
  const child = spawn(process.execPath, ['--test', ...limits, ...reporters, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...variables },
  })
  const stop = () => child.kill('SIGTERM')
  if (stopping.signal.aborted) stop()
  stopping.signal.addEventListener('abort', stop)
  const limit = setTimeout(() => {
    console.error(`stopped after ${allMinutes} minutes; the file that hangs is marked below`)
    stop()
  }, allMinutes * 60_000)
  const [code] = await once(child, 'exit')
  clearTimeout(limit)
  return code !== 0
}

/** The last line of the output. @returns true if all that ran passed, and something ran */
function printCounts(): boolean {
  const counts = readCounts()
  console.log(`${counts.passed} passed, ${counts.failed} failed`)
  return counts.passed > 0 && counts.failed === 0
}

function readCounts(): Counts {
  try {
    return JSON.parse(readFileSync(countsFile, 'utf8')) as Counts
  } catch {
    // The runner was stopped before it could count.
    return { passed: 0, failed: 0 }
  }
}
