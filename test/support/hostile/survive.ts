import assert from 'node:assert/strict'
import fc from 'fast-check'
import { narrow } from './narrow.ts'
import { hostileRecords } from './records.ts'
import { hostileRound, type Round } from './round.ts'
import { apart, filled, validLists } from './worlds.ts'

const perRound = 1_400

/**
 * Sends that many hostile records, some hundred a page, and asserts after each page of each list what is promised.
 * Round n is made of seed + n alone. Of a round that fails, the records are told that it takes.
 */
export async function surviveHostileRecords(
  databases: Pick<Round, 'db' | 'reader'>,
  { seed, records }: { seed: number; records: number },
): Promise<void> {
  const lists = { victims: filled(validLists(seed, 20)), neighbours: apart(validLists(seed + 1, 10)) }
  const round: Round = { ...databases, ...lists }
  const anyRecord = hostileRecords(lists)
  for (let sent = 0, number = 0; sent < records; number++) {
    const count = Math.min(perRound, records - sent)
    const hostile = fc.sample(anyRecord, { seed: seed + number, numRuns: count })
    const problems = await hostileRound(round, hostile)
    if (problems.length > 0) await explain(round, hostile, `round ${number} of seed ${seed}`)
    sent += count
  }
}

async function explain(
  round: Round,
  hostile: Parameters<typeof hostileRound>[1],
  where: string,
): Promise<never> {
  const culprits = await narrow(hostile, async (part) => (await hostileRound(round, part)).length > 0)
  const problems = await hostileRound(round, culprits)
  const texts = culprits.map(({ stream, text }) => `${stream}: ${text.slice(0, 4_000)}`)
  assert.fail([where, ...problems, 'because of', ...texts].join('\n  '))
}

/** What has become of all hostile records so far, for people, and for a test that would otherwise test nothing. */
export async function tally({
  reader,
}: Pick<Round, 'reader'>): Promise<{ rejected: number; refused: number }> {
  const { rows } = await reader.query(
    `select count(*)::int as rejected, count(*) filter (where reason like 'PostgreSQL%')::int as refused
    from sync.rejected_records`,
  )
  return rows[0]
}
