import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { IllegalStateError } from '@temporalio/common'
import {
  type LogExporterConfig,
  Runtime,
  type RuntimeOptions,
  type TelemetryOptions,
} from '@temporalio/worker'

const mostAttempts = 5
const answerWithinMs = 2_000

/**
 * Temporal's runtime. Its metrics come out of an HTTP server of its own only, so that one listens on a free port of
 * the loopback address, and whoever asks this process for metrics gets them passed on.
 */
export class SdkRuntime {
  readonly #options: RuntimeOptions
  readonly #withMetrics: boolean
  #exporter: string | null = null

  constructor(options: RuntimeOptions, { withMetrics }: { readonly withMetrics: boolean }) {
    this.#options = options
    this.#withMetrics = withMetrics
  }

  /** To be called before each attempt to connect: one that fails takes the runtime down with it. */
  async install(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const exporter = this.#withMetrics ? `127.0.0.1:${await freePort()}` : null
      try {
        Runtime.install({ ...this.#options, telemetryOptions: { logging, ...exportingOn(exporter) } })
        this.#exporter = exporter
        return
      } catch (error) {
        // It has outlived the attempt.
        if (error instanceof IllegalStateError) return
        // Somebody else may have taken the port in between.
        if (attempt === mostAttempts) throw error
      }
    }
  }

  /** In Prometheus' text format. @throws if the runtime is not there, or does not answer. */
  async metricsText(): Promise<string> {
    if (this.#exporter === null) throw new Error("Temporal's runtime has not been installed yet")
    const signal = AbortSignal.timeout(answerWithinMs)
    const response = await fetch(`http://${this.#exporter}/metrics`, { signal })
    if (!response.ok) throw new Error(`Temporal's exporter answers with status ${response.status}`)
    return await response.text()
  }
}

/** Without this the runtime's native part writes lines of its own to the console. */
const logging: LogExporterConfig = { forward: {}, filter: { core: 'WARN', other: 'ERROR' } }

/** Names and units as Prometheus' conventions have them: seconds, and counters that end with _total. */
function exportingOn(bindAddress: string | null): Pick<TelemetryOptions, 'metrics'> {
  if (bindAddress === null) return {}
  const prometheus = {
    bindAddress,
    countersTotalSuffix: true,
    unitSuffix: true,
    useSecondsForDurations: true,
  }
  return { metrics: { prometheus, attachServiceName: false } }
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
