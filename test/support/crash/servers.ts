/** The servers under the workers: each keeps its data in files, and can be killed by itself. */
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { migrate } from '../../../src/database/migrate.ts'
import { type EmbeddedPostgres, startPostgres } from '../../../src/embedded/postgres.ts'
import { newPassword } from '../../../src/embedded/secrets.ts'
import { startTemporalServer } from '../../../src/embedded/temporal-server.ts'
import { startTemporalCluster, type TemporalCluster } from '../temporal-cluster.ts'
import { type Killable, type Serving, startKillable } from './killable.ts'

/** Temporal's dev server on its file, or its real server on a PostgreSQL of its own. */
export type TemporalKind = 'dev' | 'cluster'

interface Temporal extends Serving {
  readonly address: string
  readonly namespace: string
}

export type ServerName = 'postgres' | 'temporal' | 'temporalPostgres'

export interface Servers extends AsyncDisposable {
  readonly postgres: Killable<EmbeddedPostgres>
  readonly temporal: Killable<Temporal>
  /** Below the real Temporal server; null: the dev server has a file. */
  readonly temporalPostgres: Killable<EmbeddedPostgres> | null
  readonly workerPassword: string
  /** Does something while no server is down: whoever kills one takes this, too, until all serve again. */
  whileUp<T>(act: () => Promise<T>): Promise<T>
}

/** @param cli path of the `temporal` program */
export async function startServers(folder: string, kind: TemporalKind, cli: string): Promise<Servers> {
  await using starting = new AsyncDisposableStack()
  const startIn = async (name: string): Promise<Killable<EmbeddedPostgres>> =>
    starting.use(await startKillable(postgresIn(join(folder, name))))
  const postgres = await startIn('mirror')
  const workerPassword = newPassword()
  await migrate({ databaseUrl: postgres.serving.url, workerPassword })
  const temporalPostgres = kind === 'cluster' ? await startIn('temporal') : null
  const temporal = starting.use(
    temporalPostgres === null
      ? await startKillable<Temporal & { uiPort: number }>(devServerIn(join(folder, 'dev'), cli))
      : await startKillable<TemporalCluster>((before) =>
          startTemporalCluster({
            folder: join(folder, 'cluster'),
            postgresUrl: temporalPostgres.serving.url,
            ports: before?.ports,
          }),
        ),
  )
  const running = starting.move()
  return {
    ...{ postgres, temporal, temporalPostgres, workerPassword },
    whileUp: oneAfterAnother(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Not a throw-away one: what was committed has to be there after a crash. */
function postgresIn(dataDir: string) {
  return async (before: EmbeddedPostgres | null): Promise<EmbeddedPostgres> => {
    mkdirSync(dataDir, { recursive: true })
    // Root's PostgreSQL runs under another account, which must get in.
    chmodSync(dataDir, 0o755)
    return await startPostgres({ dataDir, port: before?.port.toString() })
  }
}

function devServerIn(dataDir: string, cli: string) {
  return async (before: (Temporal & { uiPort: number }) | null) => {
    const port = before === null ? undefined : new URL(`tcp://${before.address}`).port
    const server = await startTemporalServer({ cli, dataDir, port, uiPort: before?.uiPort.toString() })
    return { ...server, uiPort: Number(new URL(server.uiUrl).port) }
  }
}

function oneAfterAnother() {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(act: () => Promise<T>): Promise<T> => {
    const result = last.then(act)
    last = result.catch(() => {})
    return result
  }
}
