/** The Temporal SDK downloads servers for tests; here it does so in a process of its own, which can be given up. */
import { readdirSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from './run-command.ts'
import { keepFolder, type Progress } from './tool-cache.ts'

/** Which server the SDK downloads depends on its version. */
export const SDK_VERSION = (
  createRequire(import.meta.url)('@temporalio/testing/package.json') as { version: string }
).version

export type SdkTool = 'temporal' | 'temporal-test-server'

const HOST = 'https://temporal.download'
const HOST_ANSWERS_WITHIN_MS = 5_000
const DOWNLOAD_WITHIN_MS = 10 * 60_000

/**
 * Downloads a server as the SDK does into a folder, once; it is kept there under the tool's name, without the
 * SDK's expiry after a day.
 *
 * @throws {Error} the host does not answer soon, or the download fails
 */
export async function downloadBySdk(tool: SdkTool, folder: string, progress: Progress): Promise<string> {
  const download = async (draft: string) => {
    await hostAnswers()
    progress(`downloading ${tool} once …`)
    const script = fileURLToPath(new URL('./sdk-download-main.ts', import.meta.url))
    await runCommand(process.execPath, [script, tool, draft], { timeoutMs: DOWNLOAD_WITHIN_MS })
    const [file] = readdirSync(draft)
    if (file === undefined) throw new Error('the download left nothing behind')
    renameSync(join(draft, file), join(draft, process.platform === 'win32' ? `${tool}.exe` : tool))
  }
  return keepFolder(folder, download, progress)
}

/** The SDK itself waits for minutes where there is no network. */
async function hostAnswers(): Promise<void> {
  await fetch(HOST, { method: 'HEAD', signal: AbortSignal.timeout(HOST_ANSWERS_WITHIN_MS) }).catch(() => {
    throw new Error(`${HOST} does not answer`)
  })
}
