import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { recordChild, stopLeftover } from '../../src/embedded/leftover.ts'
import { isAlive } from '../../src/embedded/process-identity.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('a server that a killed stack left behind is ended before the next start', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'server.pid')
  const child = spawn('sleep', ['600'])
  await once(child, 'spawn')
  recordChild(file, child.pid!)
  const ended = once(child, 'exit')
  await stopLeftover(file)
  assert.deepEqual(await ended, [null, 'SIGINT'])
})

test('a process that has the pid of a dead server is left alone', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'server.pid')
  const child = spawn('sleep', ['600'])
  await once(child, 'spawn')
  writeFileSync(file, JSON.stringify({ pid: child.pid, mark: 'an earlier boot/1' }))
  await stopLeftover(file)
  assert.ok(isAlive(child.pid!))
  child.kill()
})

test('no record of a server, or one that cannot be read, is no hindrance', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'server.pid')
  await stopLeftover(file)
  writeFileSync(file, '{"pid":')
  await stopLeftover(file)
})
