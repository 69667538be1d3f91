import { setTimeout as delay } from 'node:timers/promises'
import { NativeConnection } from '@temporalio/worker'
import type { TemporalConfig } from '../config.ts'
import { UserError } from '../errors.ts'

/** gRPC's NOT_FOUND. */
const NOT_FOUND = 5
const LOOK_EVERY_MS = 5_000

/**
 * Connects, and looks whether the namespace is there.
 *
 * @throws UserError if it can never work as it is configured; else whatever Temporal's SDK throws
 */
export async function connectTemporal(temporal: TemporalConfig): Promise<NativeConnection> {
  const connection = await NativeConnection.connect(temporal.connectionOptions).catch(explain)
  try {
    await checkNamespace(connection, temporal)
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}

/** What is wrong with the settings themselves stays wrong, however often it is tried. */
function explain(error: unknown): never {
  if (!(error instanceof Error && (error instanceof TypeError || /ParseError/.test(error.message))))
    throw error
  const why = /(\w+ParseError)/.exec(error.message)?.[1] ?? error.message
  throw new UserError(
    `Temporal's connection (TEMPORAL_*, temporal.toml) cannot be used as it is configured: ${why}`,
    { cause: error },
  )
}

/**
 * Asks now and then, until it is aborted, since a worker whose namespace is deleted polls on in silence.
 *
 * @throws UserError once the namespace is gone
 */
export async function watchNamespace(
  connection: NativeConnection,
  temporal: TemporalConfig,
  signal: AbortSignal,
): Promise<never> {
  for (;;) {
    await delay(LOOK_EVERY_MS, undefined, { signal })
    await checkNamespace(connection, temporal)
  }
}

/** @throws UserError if Temporal says that there is no such namespace; whoever may not ask is not told. */
export async function checkNamespace(connection: NativeConnection, temporal: TemporalConfig): Promise<void> {
  const { namespace } = temporal
  try {
    await connection.workflowService.describeNamespace({ namespace })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === NOT_FOUND)) return
    throw new UserError(
      `Temporal at ${temporal.connectionOptions.address} has no namespace ${namespace}; create it (temporal operator ` +
        `namespace create --namespace ${namespace}), or set TEMPORAL_NAMESPACE to one that is there`,
      { cause: error },
    )
  }
}
