import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Script } from 'node:vm'
import { UserError } from '../errors.ts'
import { ENCODES_FAILURES } from '../workflows/failure-converter.ts'

const script = fileURLToPath(new URL('./bundle-workflows.ts', import.meta.url))

export interface BundleOptions {
  /** Path of a bundle that `bundle-workflows.ts` wrote; null: make one. */
  readonly prebuilt: string | null
  /** Whether messages and stacks of failures become payloads, which a codec can encrypt. */
  readonly encodeFailures: boolean
  /** Aborted once nobody wants the bundle any more. */
  readonly stopping?: AbortSignal
}

/** What each bundle of our workflows has in it: the library that runs them, and the name of the workflow. */
const MARKS = ['__TEMPORAL__', 'accountSync']

/**
 * The workflows as one script: a file that was built ahead, or made now by a process of its own, since the bundler
 * takes more memory than all the work of the worker after it.
 *
 * @throws UserError if the file cannot be read, is none, or was made for workers that do not encrypt and this one does.
 */
export async function workflowBundle(options: BundleOptions): Promise<{ code: string }> {
  const { prebuilt, encodeFailures, stopping: signal } = options
  if (prebuilt !== null) return { code: await readBundle(prebuilt, encodeFailures) }
  const args = encodeFailures ? [script, '--encode-failures'] : [script]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    maxBuffer: 64 * 2 ** 20,
    ...(signal === undefined ? {} : { signal }),
  })
  return { code: stdout }
}

async function readBundle(path: string, encodeFailures: boolean): Promise<string> {
  const code = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`GEM_ATS_SYNC_WORKFLOW_BUNDLE (${path}) cannot be read (${error.code})`)
  })
  if (!isBundle(code, path)) {
    throw new UserError(
      `GEM_ATS_SYNC_WORKFLOW_BUNDLE (${path}) is no bundle of this version's workflows: make it with ` +
        'npx node src/worker/bundle-workflows.ts, or leave the variable out',
    )
  }
  if (!encodeFailures || code.includes(ENCODES_FAILURES)) return code
  throw new UserError(
    `GEM_ATS_SYNC_WORKFLOW_BUNDLE (${path}) would leave failures readable in histories, which GEM_ATS_SYNC_CODEC_KEY ` +
      'is to encrypt: make it with npx node src/worker/bundle-workflows.ts --encode-failures',
  )
}

function isBundle(code: string, filename: string): boolean {
  if (!MARKS.every((mark) => code.includes(mark))) return false
  try {
    new Script(code, { filename })
    return true
  } catch {
    return false
  }
}
