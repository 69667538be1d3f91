import { isDeepStrictEqual } from 'node:util'
import type pg from 'pg'

/** One committed move of a cursor, as PostgreSQL saw it: what was rolled back left no trace. */
interface Move {
  readonly stream: string
  readonly leaseEpoch: number
  /** What the run's move before it left behind; null for a stream's first. */
  readonly before: Place | null
  readonly from: Place
  readonly to: Place
  /** Records that the same transaction counted. */
  readonly fetched: number
  readonly pages: number
}

interface Place {
  readonly step: { readonly kind: string; readonly filter?: number }
  readonly round: number
  readonly offset: number
}

/** Triggers of the database's owner write down what each transaction did to cursors and counters. */
const statements = `
  create schema witness;
  create table witness.moves (
    number bigint generated always as identity, xid xid8 not null default pg_current_xact_id(),
    run_id uuid, stream text, lease_epoch bigint, from_cursor jsonb, to_cursor jsonb);
  create table witness.counts (
    xid xid8 not null default pg_current_xact_id(), run_id uuid, stream text, pages bigint, fetched bigint);
  create function witness.move() returns trigger language plpgsql security definer as $$ begin
    insert into witness.moves (run_id, stream, lease_epoch, from_cursor, to_cursor)
      values (new.run_id, new.stream, new.lease_epoch, old.cursor, new.cursor);
    return null; end $$;
  create function witness.count() returns trigger language plpgsql security definer as $$ begin
    insert into witness.counts (run_id, stream, pages, fetched)
      values (new.run_id, new.stream, new.pages - old.pages, new.fetched - old.fetched);
    return null; end $$;
  create trigger witness after update on sync.checkpoints for each row
    when (old.run_id = new.run_id and old.lease_epoch = new.lease_epoch and old.watermark is not distinct from new.watermark)
    execute function witness.move();
  create trigger witness after update on sync.run_streams for each row
    when (old.pages <> new.pages) execute function witness.count();`

/** Watches a database that no run has written to yet. */
export async function callWitness(pool: pg.Pool): Promise<void> {
  await pool.query(statements)
}

/**
 * Pages of a run that were committed twice, or rows that were counted without a move of the cursor: each commit has to
 * begin where the one before it ended, whichever attempt made it, and to move the cursor by at least as many rows as it
 * counted.
 */
export async function doubleCommits(pool: pg.Pool, runId: string): Promise<string[]> {
  const { rows } = await pool.query<Move>(
    `select m.stream, m.lease_epoch::int as "leaseEpoch", m.from_cursor as from, m.to_cursor as to,
      lag(m.to_cursor) over (partition by m.stream order by m.number) as before,
      coalesce(c.fetched, 0)::int as fetched, coalesce(c.pages, 0)::int as pages
    from witness.moves m left join witness.counts c on c.xid = m.xid and c.stream = m.stream and c.run_id = m.run_id
    where m.run_id = $1 order by m.number`,
    [runId],
  )
  const problems: string[] = []
  const leaseEpochs = new Map<string, number>()
  for (const move of rows) {
    const told = `${move.stream}: ${placeOf(move.from)} → ${placeOf(move.to)}, ${move.fetched} rows`
    if (move.leaseEpoch < (leaseEpochs.get(move.stream) ?? 0))
      problems.push(`${told}: by an attempt that was fenced off`)
    leaseEpochs.set(move.stream, move.leaseEpoch)
    if (!goesOn(move))
      problems.push(
        `${told}: goes on from elsewhere than ${move.before ? placeOf(move.before) : 'the begin'}`,
      )
    if (move.pages > 0 && !movesForward(move)) problems.push(`${told}: committed twice`)
  }
  const unmoved = await pool.query(
    `select c.stream from witness.counts c where c.run_id = $1
      and not exists (select from witness.moves m where m.xid = c.xid and m.stream = c.stream)`,
    [runId],
  )
  return [...problems, ...unmoved.rows.map(({ stream }) => `${stream}: rows without a move of the cursor`)]
}

/** Nothing that a commit left of the cursor, its place or what it knows of the list, may be lost to the next attempt. */
function goesOn({ before, from }: Move): boolean {
  if (before === null) return from.round === 0 && from.offset === 0
  return isDeepStrictEqual(before, from)
}

/** Within a reading by the rows that were counted; records that a second look found have no place in a list. */
function movesForward({ from, to, fetched }: Move): boolean {
  if (to.step.kind === 'absences') return true
  const [before, after] = [readingOf(from), readingOf(to)]
  if (before === after) return to.offset > from.offset && to.offset - from.offset >= fetched
  return after > before && to.offset >= fetched
}

/** A number that grows with each reading of a run: the whole list, then its windows, then the whole list once more. */
const readingOf = ({ step, round }: Place) =>
  round * 100 + (step.kind === 'whole' ? 0 : 1 + (step.filter ?? 0))

const placeOf = ({ step, round, offset }: Place) =>
  `${step.kind}${step.filter === undefined ? '' : ` ${step.filter}`} (round ${round}) ${offset}`
