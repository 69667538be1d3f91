import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { connect } from '../database/connect.ts'
import { UserError } from '../errors.ts'
import { networkVariables } from './environment.ts'
import type { Stack } from './stack.ts'
import { variablesFor } from './stack-file.ts'

export const DEMO_ACCOUNT = 'demo'

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url))

/** Adds the account on the simulated Gem as a user would; one that an earlier demo added is used again. */
export async function addDemoAccount(stack: Stack, apiKey: string): Promise<void> {
  const { gemUrl } = stack.file
  if (gemUrl === undefined) throw new Error('the demo runs without its simulated Gem')
  if (await moveExistingAccount(stack, gemUrl)) return
  const args = ['account', 'add', DEMO_ACCOUNT, '--base-url', gemUrl, '--allow-insecure-base-url']
  await runCli(stack, args, apiKey)
}

/** The simulated Gem's port may have changed since. @returns false if there is no such account */
async function moveExistingAccount({ ownerUrl }: Stack, gemUrl: string): Promise<boolean> {
  await using db = connect(ownerUrl, { max: 1, applicationName: 'gem-ats-sync demo' })
  const { numUpdatedRows } = await db
    .updateTable('sync.accounts')
    .set({ base_url: gemUrl })
    .where('account', '=', DEMO_ACCOUNT)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

function runCli({ dataDir, file }: Stack, args: readonly string[], input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...networkVariables(), ...variablesFor(dataDir, file) }
    const child = execFile(process.execPath, [CLI, ...args], { env }, (error, stdout, stderr) => {
      if (error === null) return resolve()
      reject(
        new UserError(`gem-ats-sync ${args.join(' ')} failed: ${(stderr || stdout || error.message).trim()}`),
      )
    })
    child.stdin?.end(`${input}\n`)
  })
}
