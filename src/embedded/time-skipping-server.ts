import { TestWorkflowEnvironment } from '@temporalio/testing'
import { readEnvironment } from './environment.ts'
import { provideTestServer } from './test-server-tool.ts'

/**
 * Starts Temporal's test server, whose timers cost no time; `teardown()` ends it. It knows no search attributes
 * and has no visibility store, and its clock is one for all its workflows: one server for each test file.
 *
 * @throws {UserError} the server is not there and cannot be fetched
 */
export async function startTimeSkippingServer(): Promise<TestWorkflowEnvironment> {
  const path = await provideTestServer(readEnvironment(), (line) => console.error(line))
  return TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  })
}
