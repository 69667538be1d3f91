/** Everything that crashes are made on: servers that can be killed, workers, and ways to look on. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import pg from 'pg'
import { type Keyring, parseEncryptionKey } from '../../../src/accounts/encryption.ts'
import { workflowBundle } from '../../../src/worker/workflow-bundle.ts'
import { type MirrorDatabase, openMirrors } from '../../truth/mirror.ts'
import { type CommitCutter, startCommitCutter } from '../commit-cutter.ts'
import { testStack } from '../stack.ts'
import { Fleet } from './fleet.ts'
import { type Servers, startServers, type TemporalKind } from './servers.ts'
import { callWitness } from './witness.ts'

export interface Bed extends AsyncDisposable {
  readonly servers: Servers
  readonly fleet: Fleet
  /** Between the workers and PostgreSQL. */
  readonly cutter: CommitCutter
  /** As the owner, on the database that the workers write to. */
  readonly pool: pg.Pool
  readonly client: Client
  readonly keyring: Keyring
  /** Where syncs run that nothing disturbs. */
  readonly quiet: MirrorDatabase
  readonly say: (line: string) => void
}

export const taskQueue = 'gem-ats-sync'

const workers = 4

/** @param folder for the servers' data; the caller removes it */
export async function makeBed(folder: string, kind: TemporalKind, say: (line: string) => void): Promise<Bed> {
  await using making = new AsyncDisposableStack()
  const quiet = making.use(await openMirrors())
  const servers = making.use(await startServers(folder, kind, testStack().temporalCli))
  const { postgres, temporal, workerPassword } = servers
  const pool = making.adopt(new pg.Pool({ connectionString: postgres.serving.url, max: 4 }), (open) =>
    open.end(),
  )
  // Connections break whenever PostgreSQL is killed; the pool makes new ones.
  pool.on('error', () => {})
  await callWitness(pool)
  const connection = making.adopt(await Connection.connect({ address: temporal.serving.address }), (open) =>
    open.close(),
  )
  const cutter = making.use(await startCommitCutter(postgres.serving.port))
  const key = randomBytes(32).toString('base64')
  const fleet = making.use(
    new Fleet(
      workers,
      {
        DATABASE_URL: `postgresql://gem_ats_sync_worker:${workerPassword}@127.0.0.1:${cutter.port}/gem_ats_sync`,
        TEMPORAL_ADDRESS: temporal.serving.address,
        TEMPORAL_NAMESPACE: temporal.serving.namespace,
        GEM_ATS_SYNC_TASK_QUEUE: taskQueue,
        GEM_ATS_SYNC_ENCRYPTION_KEY: key,
        GEM_ATS_SYNC_WORKFLOW_BUNDLE: await bundleIn(folder),
      },
      say,
    ),
  )
  const made = making.move()
  return {
    ...{ servers, fleet, cutter, pool, quiet, say },
    client: new Client({ connection, namespace: temporal.serving.namespace }),
    keyring: keyringOf(key),
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }
}

/** Built ahead, as the container does: workers that are started again all the time are ready sooner. */
async function bundleIn(folder: string): Promise<string> {
  const { code } = await workflowBundle({ prebuilt: null, encodeFailures: false })
  const file = join(folder, 'workflows.js')
  writeFileSync(file, code)
  return file
}

function keyringOf(base64: string): Keyring {
  const current = parseEncryptionKey(base64)
  if (current === null) throw new Error('32 bytes are a key')
  return { current, others: [] }
}
