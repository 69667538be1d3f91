import { sql } from 'kysely'
import type { Clock } from '../../src/database/rate-limit.ts'

/** The clock that a statement reads: so many milliseconds after a beginning. */
export const at = (ms: number): Clock => sql`to_timestamp(${ms / 1000}::float8)`
