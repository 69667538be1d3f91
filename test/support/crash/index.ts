/**
 * Accounts that are synced again and again while their workers, their servers and their connections are killed at
 * random moments. Nothing may be lost, and nothing may be double: see check-round.ts for what is looked at.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Random } from '../../../src/embedded/simulated-gem/generate/random.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type Bed, makeBed } from './bed.ts'
import { circumstances } from './circumstances.ts'
import { deckOf } from './deck.ts'
import { missingBehindCursor, openTransactions, placesOf } from './look.ts'
import { type Population, type PopulationKind, populations } from './population.ts'
import type { Card, Strike } from './round.ts'
import type { TemporalKind } from './servers.ts'
import { busyWorkers, strikeByKind } from './strike-by-kind.ts'
import type { WatchedAccount } from './watched-account.ts'

export interface CrashOptions {
  readonly seed: number
  readonly kills: number
  readonly on: TemporalKind
  readonly accounts: PopulationKind
  readonly say: (line: string) => void
}

export interface CrashReport {
  readonly passed: number
  readonly failed: number
  /** All that was wrong, and where. */
  readonly problems: readonly string[]
  /** What happened, in a line. */
  readonly summary: string
}

/** Longest pause before it is looked whether there is something to strike. */
const mostPauseMs = 2_000

export async function crash({ seed, kills, on, accounts, say }: CrashOptions): Promise<CrashReport> {
  using folder = temporaryFolder()
  await using bed = await makeBed(folder.path, on, say)
  const population = await populations[accounts](bed, { seed, kills })
  let isOver = false
  const living = population.live(() => isOver)
  const start = performance.now()
  const striking = strikeAll(bed, population, { seed, kills, on }).finally(() => {
    isOver = true
  })
  const [strikes] = await Promise.all([striking, living])
  const minutes = Math.ceil((performance.now() - start) / 60_000)
  return reportOf(strikes, population.accounts, `on ${on} within ${minutes} minutes`)
}

async function strikeAll(
  bed: Bed,
  population: Population,
  { seed, kills, on }: Pick<CrashOptions, 'seed' | 'kills' | 'on'>,
): Promise<Strike[]> {
  // How often a moment is chosen depends on time; what is done must not.
  const moments = new Random(seed)
  const deck = deckOf(on, population.mayWait, new Random(seed))
  const strikes: Strike[] = []
  while (strikes.length < kills) {
    const chosen = await someBusyAccount(bed, population, moments)
    strikes.push(await strikeOnce(bed, population, chosen, deck.next().value, strikes.length + 1))
  }
  return strikes
}

async function strikeOnce(
  bed: Bed,
  { accounts }: Population,
  chosen: WatchedAccount,
  card: Card,
  number: number,
): Promise<Strike> {
  const release = await circumstances[card.circumstance](bed, chosen)
  const places = await placesUnderWay(bed, accounts)
  const rounds = accounts.flatMap(({ round }) => round ?? [])
  const transactions = await bed.servers.whileUp(() => openTransactions(bed.pool))
  // Where one has to be picked, it is the first that is at work.
  const said = await strikeByKind[card.kind](bed, [chosen, ...accounts.filter((other) => other !== chosen)])
  for (const round of rounds) {
    round.struckAt = Date.now()
    round.strikes++
  }
  const problems = await bed.servers.whileUp(async () => {
    const missing = accounts.map(({ account, gem }) => missingBehindCursor(bed.pool, account, gem.world))
    return (await Promise.all(missing)).flat()
  })
  problems.push(...(await release()))
  const beside = card.circumstance === 'amid' ? '' : ` while ${chosen.account} is ${card.circumstance}`
  bed.say(`${number}. ${card.kind}${beside}${said && ` (${said})`}: ${places}`)
  for (const problem of problems) bed.say(`    ${problem}`)
  return { ...card, number, transactions, rounds, problems }
}

/** An account with a slice that a worker is at, at a moment by chance. */
async function someBusyAccount(bed: Bed, population: Population, random: Random): Promise<WatchedAccount> {
  for (;;) {
    await delay(random.below(mostPauseMs))
    const busy = await busyWorkers(bed, await population.strikable())
    if (busy.length > 0) return random.pick(busy).account
  }
}

async function placesUnderWay(bed: Bed, accounts: readonly WatchedAccount[]): Promise<string> {
  const syncing = accounts.filter(({ round }) => round !== null)
  const places = await bed.servers.whileUp(() =>
    Promise.all(
      syncing.map(async ({ account, round, gem }) => {
        const place = await placesOf(bed.pool, account, gem.world)
        return `${account} ${round?.mode} ${place}`
      }),
    ),
  )
  return places.join('; ')
}

function reportOf(
  strikes: readonly Strike[],
  accounts: readonly WatchedAccount[],
  circumstances: string,
): CrashReport {
  const rounds = accounts.flatMap((account) => account.rounds)
  const hasFailed = ({ problems, rounds: hit }: Strike) =>
    problems.length > 0 || hit.some((round) => round.problems.length > 0)
  const failed = strikes.filter(hasFailed).length
  const modes = (['full', 'delta'] as const).map(
    (mode) => `${rounds.filter((round) => round.mode === mode).length} ${mode}`,
  )
  return {
    passed: strikes.length - failed,
    failed,
    problems: [
      ...strikes.flatMap(({ number, kind, problems }) =>
        problems.map((problem) => `strike ${number}, ${kind}: ${problem}`),
      ),
      ...rounds.flatMap(({ account, number, mode, problems }) =>
        problems.map((problem) => `${account}, sync ${number} (${mode}): ${problem}`),
      ),
    ],
    summary:
      `${strikes.length} kills ${circumstances}: ${countsBy(strikes.map(({ kind }) => kind))}; ` +
      `${strikes.filter(({ circumstance }) => circumstance !== 'amid').length} of them beside an account that waits, ` +
      `${strikes.filter(({ transactions }) => transactions > 1).length} amid several transactions; ` +
      `${rounds.length} syncs of ${accounts.length} accounts (${modes.join(', ')})`,
  }
}

function countsBy(names: readonly string[]): string {
  return [...new Set(names)]
    .map((name) => `${names.filter((each) => each === name).length} ${name}`)
    .join(', ')
}
