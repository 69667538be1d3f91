import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const script = fileURLToPath(new URL('./bundle-workflows.ts', import.meta.url))

/**
 * The workflows as one script: a file that was built ahead, or made now by a process of its own, since the bundler
 * takes more memory than all the work of the worker after it.
 *
 * @param prebuilt path of a bundle that `bundle-workflows.ts` wrote; null: make one.
 */
export async function workflowBundle(
  prebuilt: string | null,
): Promise<{ codePath: string } | { code: string }> {
  if (prebuilt !== null) return { codePath: prebuilt }
  const { stdout } = await promisify(execFile)(process.execPath, [script], { maxBuffer: 64 * 2 ** 20 })
  return { code: stdout }
}
