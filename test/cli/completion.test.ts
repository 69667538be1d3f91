import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { candidatesFor } from '../../src/cli/completion/candidates.ts'
import { createProgram } from '../../src/cli/program.ts'
import { connect } from '../../src/database/connect.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertBareAccount } from '../support/direct-sync.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runCli } from './run-cli.ts'

const offered = (...words: string[]) =>
  candidatesFor(createProgram(), words, ['acme', 'beta']).map(({ value }) => value)

test('commands are offered, and those of a group below its name', () => {
  assert.deepEqual(offered('st'), ['status'])
  assert.deepEqual(offered('account', 's'), ['show', 'set', 'set-key', 'start', 'stop'])
  assert.ok(!offered('').includes('complete'))
})

test('accounts are offered where the name of one belongs, and not for a new one', () => {
  for (const words of [['status'], ['runs'], ['doctor'], ['account', 'show'], ['rejected', 'list']]) {
    assert.deepEqual(offered(...words, ''), ['acme', 'beta'], words.join(' '))
  }
  assert.deepEqual(offered('status', '--watch', 'b'), ['beta'])
  assert.deepEqual(offered('account', 'add', ''), [])
  assert.deepEqual(offered('status', 'acme', ''), [])
})

test('where a command takes several accounts, those that are not there yet are offered', () => {
  assert.deepEqual(offered('account', 'pause', ''), ['acme', 'beta'])
  assert.deepEqual(offered('account', 'resync', '--mode', 'delta', 'acme', ''), ['beta'])
  assert.deepEqual(offered('account', 'resync', '--mode', ''), ['full', 'delta'])
  assert.deepEqual(offered('account', 'stop', '--t'), ['--timeout'])
})

test('options are offered, and the values of those that have a choice', () => {
  assert.deepEqual(offered('status', '--w'), ['--watch'])
  assert.deepEqual(offered('rejected', 'list', 'acme', '--stream', 'c'), ['candidates'])
  assert.deepEqual(offered('runs', '--limit', ''), [])
  assert.deepEqual(offered('completion', ''), ['bash', 'zsh', 'fish'])
})

test('without a database completion is silent, and offers commands all the same', async () => {
  assert.deepEqual(await runCli(['complete', '--', 'status', '']), { code: 0, stdout: '', stderr: '' })
  assert.match((await runCli(['complete', '--', 'stat'])).stdout, /^status\t/)
})

test('bash completes by the script, and runs nothing of what is typed', async () => {
  await using database = await createTestDatabase()
  const db = connect(database.workerUrl, { max: 1 })
  await insertBareAccount(db, 'acme').finally(() => db.destroy())
  using folder = temporaryFolder()
  const cli = new URL('../../src/cli.ts', import.meta.url).pathname
  writeFileSync(join(folder.path, 'gem-ats-sync'), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`, {
    mode: 0o755,
  })
  const script = `source <(gem-ats-sync completion bash)
    for words in 'rejected list ac' 'completion $(touch${' '}${folder.path}/run)'; do
      COMP_WORDS=(gem-ats-sync); while read -r word; do COMP_WORDS+=("$word"); done <<< "\${words// /$'\\n'}"
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _gem_ats_sync; echo "\${COMPREPLY[@]}"
    done; complete -p gem-ats-sync; ls ${folder.path}`
  const env = {
    PATH: `${folder.path}:${process.env.PATH}`,
    HOME: folder.path,
    DATABASE_URL: database.workerUrl,
  }
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script], { env })
  assert.equal(stdout, 'acme\n\ncomplete -F _gem_ats_sync gem-ats-sync\ngem-ats-sync\n')
})
