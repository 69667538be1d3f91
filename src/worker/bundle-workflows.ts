/**
 * Writes the workflows as one script to standard output: `node src/worker/bundle-workflows.ts > workflows.js`. With
 * `--encode-failures` they are for workers that encrypt histories.
 */
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'

const pathOf = (module: string) => fileURLToPath(new URL(`../workflows/${module}`, import.meta.url))

const encodeFailures = process.argv.includes('--encode-failures')

const { code } = await bundleWorkflowCode({
  workflowsPath: pathOf('index.ts'),
  payloadConverterPath: pathOf('payload-converter.ts'),
  ...(encodeFailures ? { failureConverterPath: pathOf('failure-converter.ts') } : {}),
  workflowInterceptorModules: [pathOf('reserved-names.ts')],
  logger: new DefaultLogger('ERROR'),
})
process.stdout.write(code)
