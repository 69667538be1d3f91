import { randomBytes } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import { NativeConnection } from '@temporalio/worker'
import { testStack } from './stack.ts'

export interface TestTemporal extends AsyncDisposable {
  readonly client: Client
  /** For `Worker.create`. */
  readonly nativeConnection: NativeConnection
  readonly address: string
  readonly namespace: string
  /** Of this caller alone: other test files share the server. */
  readonly taskQueue: string
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
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** A name that no other test has: workflow ids are shared by all files. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString('hex')}`
}
