import { Client, Connection, type WorkflowHandle } from '@temporalio/client'
import { connect, type Db } from '../database/connect.ts'
import { DEMO_ACCOUNT } from './demo-account.ts'
import type { Stack } from './stack.ts'

export interface DemoConnections extends AsyncDisposable {
  readonly client: Client
  /** Of the account's workflow, whether it runs or not. */
  readonly workflow: WorkflowHandle
  /** As the worker's role. */
  readonly database: Db
}

/** What the demo looks through while it shows a sync: the same doors as a user's. */
export async function connectDemo({ file }: Stack): Promise<DemoConnections> {
  const connection = await Connection.connect({ address: file.temporalAddress })
  const client = new Client({ connection, namespace: file.namespace })
  const database = connect(file.databaseUrl, { max: 2, applicationName: 'gem-ats-sync demo' })
  return {
    client,
    workflow: client.workflow.getHandle(`gem-account-${DEMO_ACCOUNT}`),
    database,
    async [Symbol.asyncDispose]() {
      await database.destroy()
      await connection.close()
    },
  }
}
