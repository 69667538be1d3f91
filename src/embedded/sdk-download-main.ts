/** Run as a process: makes the Temporal SDK download a server into a folder. Arguments: tool, folder. */
import { TestWorkflowEnvironment } from '@temporalio/testing'
import type { SdkTool } from './sdk-download.ts'

const [tool, downloadDir] = process.argv.slice(2) as [SdkTool, string]
const server = { executable: { type: 'cached-download' as const, downloadDir } }
const environment = await (tool === 'temporal'
  ? TestWorkflowEnvironment.createLocal({ server })
  : TestWorkflowEnvironment.createTimeSkipping({ server }))
await environment.teardown()
