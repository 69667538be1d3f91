import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { readEnvironment } from '../../src/embedded/environment.ts'
import { TEMPORAL_CLI_VERSION } from '../../src/embedded/go-build.ts'
import { provideTemporalCli } from '../../src/embedded/temporal-tool.ts'
import { firstThatWorks } from '../../src/embedded/tool-source.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

function program(path: string): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '#!/bin/sh\n')
  chmodSync(path, 0o755)
  return path
}

const find = (variables: Record<string, string>) => provideTemporalCli(readEnvironment(variables), () => {})

test('the Temporal CLI is looked for in TEMPORAL_CLI_PATH, then on the PATH, then in the cache', async () => {
  using folder = temporaryFolder()
  const demanded = program(join(folder.path, 'mine'))
  const onPath = program(join(folder.path, 'bin', 'temporal'))
  const kept = program(join(folder.path, 'gem-ats-sync', `temporal-${TEMPORAL_CLI_VERSION}`, 'temporal'))
  const cache = { XDG_CACHE_HOME: folder.path }
  const path = { PATH: `/nowhere:${dirname(onPath)}` }
  assert.equal(await find({ ...cache, ...path, TEMPORAL_CLI_PATH: demanded }), demanded)
  assert.equal(await find({ ...cache, ...path }), onPath)
  assert.equal(await find(cache), kept)
})

test('a TEMPORAL_CLI_PATH that is no program is refused, not passed over', async () => {
  using folder = temporaryFolder()
  const bin = dirname(program(join(folder.path, 'temporal')))
  await assert.rejects(
    find({ PATH: bin, TEMPORAL_CLI_PATH: '/nowhere/temporal' }),
    /^UserError: TEMPORAL_CLI_PATH is \/nowhere\/temporal, which is not an executable file/,
  )
})

test('a folder or a file without the right to run it is not taken for the program', async () => {
  using folder = temporaryFolder()
  mkdirSync(join(folder.path, 'a', 'temporal'), { recursive: true })
  mkdirSync(join(folder.path, 'b'))
  writeFileSync(join(folder.path, 'b', 'temporal'), '')
  const right = program(join(folder.path, 'c', 'temporal'))
  const path = ['a', 'b', 'c'].map((name) => join(folder.path, name)).join(':')
  assert.equal(await find({ PATH: path, XDG_CACHE_HOME: folder.path }), right)
})

test('where nothing works, the message lists what was tried and what can be done', async () => {
  const sources = [
    { name: 'the PATH', provide: async () => undefined },
    { name: 'a download', provide: () => Promise.reject(new Error('no network')) },
  ]
  await assert.rejects(firstThatWorks('the tool', sources, ['install it']), {
    name: 'UserError',
    message: [
      'the tool is needed and could not be provided. Tried:',
      '  - the PATH: not there',
      '  - a download: no network',
      'What can be done:',
      '  - install it',
    ].join('\n'),
  })
})
