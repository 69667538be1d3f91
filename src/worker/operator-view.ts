import type { Logger } from 'pino'
import { readAccountFigures, readTallies } from '../database/operating-figures.ts'
import { askDatabase } from './ask-database.ts'
import type { HttpAnswer, Routes } from './http-server.ts'
import { accountGauges } from './metrics/account-gauges.ts'
import { remembered } from './metrics/remembered.ts'
import { scrape } from './metrics/scrape.ts'
import { workerGauge } from './metrics/worker-gauge.ts'
import { checkReadiness, isAlive, type WorkerParts, type WorkerServers } from './readiness.ts'

/** Less than what Prometheus waits for an answer, 10 s. */
const figuresWithinMs = 5_000
/** Several Prometheus servers, or people at a browser, cost no more than one. */
const figuresLastMs = 5_000

export interface OperatorViewOptions {
  readonly parts: WorkerParts
  readonly servers: WorkerServers
  readonly meter: { text(): Promise<string> }
  readonly sdk: { metricsText(): Promise<string> }
  readonly log: Logger
}

/** What a worker tells those who run it, by path. */
export function operatorView({ parts, servers, meter, sdk, log }: OperatorViewOptions): Routes {
  const figures = remembered(figuresLastMs, () =>
    askDatabase(servers.databaseUrl, figuresWithinMs, async (db) => ({
      accounts: await readAccountFigures(db),
      ...(await readTallies(db)),
    })),
  )
  const collectors = {
    database: async () => accountGauges(await figures()),
    temporal_sdk: () => sdk.metricsText(),
  }
  return {
    '/healthz': () => json(isAlive(parts), { alive: isAlive(parts) }),
    '/readyz': async () => {
      const readiness = await checkReadiness(parts, servers)
      return json(readiness.ready, readiness)
    },
    '/metrics': async () => ({
      status: 200,
      type: 'text/plain; version=0.0.4',
      body: await scrape(async () => workerGauge(parts) + (await meter.text()), collectors, log),
    }),
  }
}

const json = (isWell: boolean, body: unknown): HttpAnswer => ({
  status: isWell ? 200 : 503,
  type: 'application/json',
  body: `${JSON.stringify(body, null, 2)}\n`,
})
