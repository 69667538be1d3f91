import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createTestDatabase } from '../support/database.ts'
import type { MemoryReport, MemoryTask } from './memory-worker.ts'

const simulatedGem = fileURLToPath(new URL('../../src/embedded/simulated-gem/main.ts', import.meta.url))
const memoryWorker = fileURLToPath(new URL('./memory-worker.ts', import.meta.url))

const mostGrowth = 1.2

function start(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** The line of JSON that a process prints. */
async function jsonOf<T>(child: ChildProcess): Promise<T> {
  if (child.stdout === null) throw new Error('the output is not a pipe')
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as T
  throw new Error(`the process ended without a word, exit code ${child.exitCode}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill()
  await once(child, 'exit')
}

/** Syncs an account of that size; the simulated Gem has a process of its own, too. */
async function sync(candidates: number): Promise<MemoryReport> {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await createTestDatabase())
  const gem = stack.adopt(
    start(simulatedGem, '--port', '0', '--no-rate', '--candidates', String(candidates)),
    stop,
  )
  const { url, apiKey } = await jsonOf<{ url: string; apiKey: string }>(gem)
  const task: MemoryTask = { databaseUrl: database.workerUrl, gemUrl: url, apiKey }
  return await jsonOf<MemoryReport>(
    stack.adopt(start('--expose-gc', memoryWorker, JSON.stringify(task)), stop),
  )
}

const inMegabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`

describe('the memory of a sync', () => {
  test('does not grow with the account', async (t) => {
    const [small, large] = await Promise.all([sync(5_000), sync(20_000)])
    assert.ok(large.records > 3.9 * small.records, `${small.records} and ${large.records} records`)
    const [before, now] = [Math.max(...small.marks), Math.max(...large.marks)]
    t.diagnostic(`${small.records} records: ${inMegabytes(before)}; ${large.records}: ${inMegabytes(now)}`)
    t.diagnostic(`marks of the large one: ${large.marks.map(inMegabytes).join(', ')}`)
    assert.ok(now <= mostGrowth * before)
  })
})
