/** Where the servers are that test/run.ts started: one PostgreSQL cluster and one Temporal for all test files. */

/** The database that every test database of a server is a copy of; migrated once. */
export const TEMPLATE = 'template_gem_ats_sync'

/** A PostgreSQL that test databases can be made on. */
export interface TestServer {
  /** As superuser, on database `postgres`. */
  readonly postgresUrl: string
  /** Of the role `gem_ats_sync_worker`. */
  readonly workerPassword: string
}

export interface TestStack extends TestServer {
  readonly temporalAddress: string
  readonly temporalNamespace: string
  /** Path of the `temporal` program. */
  readonly temporalCli: string
}

const VARIABLE = 'GEM_ATS_SYNC_TEST_STACK'

/** How the runner tells the processes of the test files. */
export function stackVariables(stack: TestStack): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(stack) }
}

/** @throws {Error} the test file was not run by the runner */
export function testStack(): TestStack {
  const json = process.env[VARIABLE]
  if (json === undefined) {
    throw new Error('no test stack: run test files by `npm test -- test/some/file.test.ts`, which starts one')
  }
  return JSON.parse(json) as TestStack
}
