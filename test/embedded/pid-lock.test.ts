import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isTaken, lockHolder, type PidLock, takeLock } from '../../src/embedded/pid-lock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** The pid of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid
}

function take(path: string): PidLock {
  const result = takeLock(path)
  assert.ok(!isTaken(result), 'the lock is free')
  return result
}

test('a lock is taken once until it is released', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'lock')
  const lock = take(path)
  const second = takeLock(path)
  assert.ok(isTaken(second))
  assert.equal(second.pid, process.pid)
  lock.release()
  take(path).release()
  assert.deepEqual(readdirSync(folder.path), [])
})

test('the lock of a dead process is taken over', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'lock')
  writeFileSync(path, JSON.stringify({ pid: deadPid(), mark: '' }))
  assert.equal(lockHolder(path), null)
  take(path)
  assert.equal(lockHolder(path)?.pid, process.pid)
})

test('the lock of a process whose pid belongs to another one by now is taken over', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'lock')
  writeFileSync(path, JSON.stringify({ pid: process.pid, mark: 'an earlier boot/1' }))
  take(path)
})

test('a lock file that is no lock is taken over', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'lock')
  for (const content of ['', '{"pid":', 'null', '{}']) {
    writeFileSync(path, content)
    take(path).release()
  }
})

test('releasing leaves a lock alone that another process has taken over', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'lock')
  const lock = take(path)
  writeFileSync(path, JSON.stringify({ pid: process.ppid, mark: '' }))
  lock.release()
  assert.equal(lockHolder(path)?.pid, process.ppid)
})
