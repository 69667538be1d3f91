import { explainDatabaseError } from '../../database/explain-error.ts'
import { UserError } from '../../errors.ts'
import { TimeLimitError } from '../../within.ts'
import { type Check, type Finding, fail } from './check.ts'

type Run = Check['run']

/** What a check threw, for people; never a stack. */
export function explain(error: unknown): Finding {
  if (error instanceof TimeLimitError || error instanceof UserError) return fail(error.message)
  return fail(firstLine(error))
}

/** A check that asks PostgreSQL. */
export const onDatabase =
  (run: Run): Run =>
  async (setup) => {
    try {
      return await run(setup)
    } catch (error) {
      if (error instanceof UserError) throw error
      throw explainDatabaseError(error, setup.databaseUrl)
    }
  }

/** What to do about a status of gRPC. */
const remedies: Record<number, string> = {
  7: 'check that TEMPORAL_API_KEY, or the certificate, is for this namespace and allowed to ask',
  16: 'check TEMPORAL_API_KEY, or the certificate of TEMPORAL_TLS_*',
}

/** A check that asks Temporal. */
export const onTemporal =
  (run: Run): Run =>
  async (setup) => {
    try {
      return await run(setup)
    } catch (error) {
      if (error instanceof UserError) throw error
      const { address } = setup.temporal.connectionOptions
      const code = statusOf(error)
      return fail(
        `Temporal at ${address} gives no answer (${firstLine(error)})`,
        remedies[code ?? -1] ?? 'is it running, and is TEMPORAL_ADDRESS right, with TLS where it wants TLS?',
      )
    }
  }

/** Status of gRPC; null if the error has none. */
export function statusOf(error: unknown): number | null {
  if (!(error instanceof Error)) return null
  if ('code' in error && typeof error.code === 'number') return error.code
  return statusOf(error.cause)
}

function firstLine(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line || 'unknown error'
}
