import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { readEnvironment } from '../../src/embedded/environment.ts'
import { isTaken, takeLock } from '../../src/embedded/pid-lock.ts'
import { keepSecret } from '../../src/embedded/secrets.ts'
import { startStack } from '../../src/embedded/stack.ts'
import * as files from '../../src/embedded/stack-file.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const someStack = {
  databaseUrl: 'postgresql://worker:secret@127.0.0.1:5432/gem_ats_sync',
  temporalAddress: '127.0.0.1:7233',
  namespace: 'default',
  taskQueue: files.TASK_QUEUE,
  uiUrl: 'http://127.0.0.1:8233',
  workerUrl: 'http://127.0.0.1:9464',
  temporalCli: '/usr/bin/temporal',
  pid: process.pid,
}

function lock(dataDir: string): void {
  assert.ok(!isTaken(takeLock(files.stackLockPath(dataDir))))
}

test('a second stack on the same data folder is refused and told which process runs the first', async () => {
  using folder = temporaryFolder()
  lock(folder.path)
  const environment = readEnvironment({ GEM_ATS_SYNC_DATA_DIR: folder.path })
  const stack = startStack({ environment, workerLog: 'file', say: () => {} })
  await assert.rejects(stack.ready, {
    name: 'UserError',
    message: new RegExp(`an embedded stack runs on ${folder.path} already \\(process ${process.pid}\\)`),
  })
  await stack.stop()
})

test('a stack is found by its file while its process lives', () => {
  using folder = temporaryFolder()
  lock(folder.path)
  files.writeStackFile(folder.path, someStack)
  assert.deepEqual(files.readStackFile(folder.path), someStack)
  assert.equal(statSync(files.stackFilePath(folder.path)).mode & 0o777, 0o600)
})

test('the file of a stack whose process is dead counts for nothing', () => {
  using folder = temporaryFolder()
  const { pid } = spawnSync(process.execPath, ['--version'])
  writeFileSync(files.stackLockPath(folder.path), JSON.stringify({ pid, mark: '' }))
  files.writeStackFile(folder.path, { ...someStack, pid })
  assert.equal(files.readStackFile(folder.path), null)
})

test('the file that an earlier stack left behind is not taken for that of the one that starts', () => {
  using folder = temporaryFolder()
  lock(folder.path)
  files.writeStackFile(folder.path, { ...someStack, pid: process.ppid })
  assert.equal(files.readStackFile(folder.path), null)
})

test('a secret is made once, kept, and readable by its owner alone', () => {
  using folder = temporaryFolder()
  const path = files.encryptionKeyPath(folder.path)
  assert.equal(
    keepSecret(path, () => 'first'),
    'first',
  )
  assert.equal(
    keepSecret(path, () => 'second'),
    'first',
  )
  assert.equal(statSync(path).mode & 0o777, 0o600)
  writeFileSync(path, '')
  assert.throws(() => keepSecret(path, () => 'third'), /is empty; it must hold the secret/)
})
