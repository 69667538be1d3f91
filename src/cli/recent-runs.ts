import type { Db } from '../database/connect.ts'

/** The newest runs of an account, and the newest one's streams: what the database knows when the workflow is silent. */
export async function recentRuns(db: Db, account: string, limit = 5) {
  const runs = await db
    .selectFrom('sync.runs')
    .select(['id', 'mode', 'trigger', 'state', 'started_at', 'finished_at', 'error'])
    .where('account', '=', account)
    .orderBy('started_at', 'desc')
    .limit(limit)
    .execute()
  const [newest] = runs
  return { runs, streams: newest === undefined ? [] : await streamsOf(db, newest.id) }
}

function streamsOf(db: Db, runId: string) {
  return db
    .selectFrom('sync.run_streams')
    .select([
      'stream',
      'state',
      'pages',
      'fetched',
      'inserted',
      'updated',
      'unchanged',
      'deleted',
      'rejected',
      'error',
    ])
    .where('run_id', '=', runId)
    .orderBy('started_at')
    .orderBy('stream')
    .execute()
}
