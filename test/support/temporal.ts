import { randomBytes } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import type { Duration } from '@temporalio/common'
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
  close(): Promise<void>
}

/** Connects to the dev server that all test files share. Close workers first, then this. */
export async function connectTestTemporal(): Promise<TestTemporal> {
  const { temporalAddress: address, temporalNamespace: namespace } = testStack()
  const connection = await Connection.connect({ address })
  const nativeConnection = await NativeConnection.connect({ address })
  const close = async () => {
    await connection.close()
    await nativeConnection.close()
  }
  return {
    client: new Client({ connection, namespace }),
    nativeConnection,
    address,
    namespace,
    taskQueue: uniqueName('test'),
    async skip() {
      throw new Error('this server does not skip time')
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Starts a server of its own whose timers cost no time; time passes only while `skip` waits. */
export async function connectTimeSkipping(): Promise<TestTemporal> {
  const environment = await startTimeSkippingServer()
  const close = () => environment.teardown()
  return {
    client: environment.client,
    nativeConnection: environment.nativeConnection,
    address: environment.address ?? '',
    namespace: environment.namespace ?? 'default',
    taskQueue: uniqueName('test'),
    skip: (duration) => environment.sleep(duration as Duration),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** A name that no other test has: workflow ids are shared by all files. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`
}
