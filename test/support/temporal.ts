import { randomBytes } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import type { DataConverter, Duration } from '@temporalio/common'
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js'
import { NativeConnection } from '@temporalio/worker'
import { startTimeSkippingServer } from '../../src/embedded/time-skipping-server.ts'
import { testStack } from './stack.ts'

export interface TestTemporal extends AsyncDisposable {
  readonly client: Client
  /** For `Worker.create`. */
  readonly nativeConnection: NativeConnection
  readonly address: string
  readonly namespace: string
  /** Of this caller alone: other test files share the server. */
  readonly taskQueue: string
  /** Lets virtual time pass: `1 day`. The shared dev server's time is real, so there it throws. */
  skip(duration: string): Promise<void>
  /** The same beside a workflow task that no worker takes: the server's clock waits for it otherwise. */
  skipBesideTask(duration: string): Promise<void>
  /** The server's time, in milliseconds since the epoch. */
  now(): Promise<number>
  close(): Promise<void>
}

/** Connects to the dev server that all test files share. Close workers first, then this. */
export async function connectTestTemporal(dataConverter: DataConverter = {}): Promise<TestTemporal> {
  const { temporalAddress: address, temporalNamespace: namespace } = testStack()
  const connection = await Connection.connect({ address })
  const nativeConnection = await NativeConnection.connect({ address })
  const close = async () => {
    await connection.close()
    await nativeConnection.close()
  }
  return {
    client: new Client({ connection, namespace, dataConverter }),
    nativeConnection,
    address,
    namespace,
    taskQueue: uniqueName('test'),
    skip: doesNotSkip,
    skipBesideTask: doesNotSkip,
    now: async () => Date.now(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function doesNotSkip(): Promise<void> {
  throw new Error('this server does not skip time')
}

/** Starts a server of its own whose timers cost no time; time passes only while `skip` waits. */
export async function connectTimeSkipping(): Promise<TestTemporal> {
  const { address, namespace, connection, testService, stop } = await startTimeSkippingServer()
  const nativeConnection = await NativeConnection.connect({ address })
  const skip = async (duration: string) => {
    await testService.unlockTimeSkippingWithSleep({ duration: msToTs(duration as Duration) })
  }
  const close = async () => {
    await nativeConnection.close()
    await stop()
  }
  return {
    client: new Client({ connection, namespace }),
    nativeConnection,
    address,
    namespace,
    taskQueue: uniqueName('test'),
    skip,
    async skipBesideTask(duration) {
      // The task holds one of the locks on the clock, this test the other.
      await testService.unlockTimeSkipping({})
      await skip(duration)
      await testService.lockTimeSkipping({})
    },
    now: async () => tsToMs((await testService.getCurrentTime({})).time),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** A name that no other test has: workflow ids are shared by all files. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`
}
