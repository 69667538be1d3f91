import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { keepFolder } from '../../src/embedded/tool-cache.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('a tool that is kept is not made again', async () => {
  using folder = temporaryFolder()
  const tool = join(folder.path, 'tool')
  const make = (text: string) => async (draft: string) => writeFileSync(join(draft, 'file'), text)
  await keepFolder(tool, make('first'), () => {})
  await keepFolder(tool, make('second'), () => {})
  assert.equal(readFileSync(join(tool, 'file'), 'utf8'), 'first')
})

test('two that want a tool at once make it once', async () => {
  using folder = temporaryFolder()
  const tool = join(folder.path, 'tool')
  const said: string[] = []
  let made = 0
  const second = Promise.withResolvers<void>()
  const make = async () => {
    made++
    // The other one has found the lock taken before this one is done.
    await second.promise
  }
  const say = (line: string) => {
    said.push(line)
    second.resolve()
  }
  await Promise.all([keepFolder(tool, make, say), keepFolder(tool, make, say)])
  assert.equal(made, 1)
  assert.match(said.join(), /^waiting for process \d+/)
})

test('a tool that could not be made leaves nothing behind', async () => {
  using folder = temporaryFolder()
  const make = async (draft: string) => {
    writeFileSync(join(draft, 'half'), '')
    throw new Error('out of luck')
  }
  await assert.rejects(
    keepFolder(join(folder.path, 'tool'), make, () => {}),
    /out of luck/,
  )
  assert.deepEqual(readdirSync(folder.path), [])
})
