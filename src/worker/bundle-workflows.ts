/** Writes the workflows as one script to standard output: `node src/worker/bundle-workflows.ts > workflows.js`. */
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'

const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url))

const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })
process.stdout.write(code)
