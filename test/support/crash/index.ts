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
import { missingBehindCursor, placesOf } from './look.ts'
import type { Card, Strike } from './round.ts'
import type { TemporalKind } from './servers.ts'
import { busyWorkers, strikeByKind } from './strike-by-kind.ts'
import { maxInFlight, WatchedAccount } from './watched-account.ts'

export interface CrashOptions {
  readonly seed: number
  readonly kills: number
  readonly on: TemporalKind
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

/** So many that some go on while others wait for a worker to be given up. */
const mostAccounts = 6

/** Longest pause between a strike and the next one. */
const mostPauseMs = 3_000

export async function crash({ seed, kills, on, say }: CrashOptions): Promise<CrashReport> {
  using folder = temporaryFolder()
  await using bed = await makeBed(folder.path, on, say)
  const accounts: WatchedAccount[] = []
  for (let number = 1; number <= Math.min(mostAccounts, Math.ceil(kills / 3)); number++)
    accounts.push(await WatchedAccount.add(bed, `acme-${number}`, seed + number))
  let isOver = false
  const living = Promise.all(accounts.map((account) => account.live(() => isOver)))
  const start = performance.now()
  const striking = strikeAll(bed, accounts, { seed, kills, on }).finally(() => {
    isOver = true
  })
  const [strikes] = await Promise.all([striking, living])
  const minutes = Math.ceil((performance.now() - start) / 60_000)
  return reportOf(strikes, accounts, `on ${on} within ${minutes} minutes`)
}

async function strikeAll(
  bed: Bed,
  accounts: readonly WatchedAccount[],
  { seed, kills, on }: Pick<CrashOptions, 'seed' | 'kills' | 'on'>,
): Promise<Strike[]> {
  const random = new Random(seed)
  const deck = deckOf(on, random)
  const strikes: Strike[] = []
  while (strikes.length < kills) {
    await delay(random.below(mostPauseMs))
    strikes.push(await strikeOnce(bed, accounts, deck.next().value, strikes.length + 1, random))
  }
  return strikes
}

async function strikeOnce(
  bed: Bed,
  accounts: readonly WatchedAccount[],
  card: Card,
  number: number,
  random: Random,
): Promise<Strike> {
  const chosen = await someBusyAccount(bed, accounts, random)
  const release = await circumstances[card.circumstance](bed, chosen)
  const places = await placesUnderWay(bed, accounts)
  const rounds = accounts.flatMap(({ round }) => round ?? [])
  // Where one has to be picked, it is the first that is at work.
  const said = await strikeByKind[card.kind](bed, [chosen, ...accounts.filter((other) => other !== chosen)])
  for (const round of rounds) round.struckAt = Date.now()
  const problems = await bed.servers.whileUp(async () => {
    const missing = accounts.map(({ account, gem }) => missingBehindCursor(bed.pool, account, gem.world))
    return (await Promise.all(missing)).flat()
  })
  problems.push(...(await release()))
  const beside = card.circumstance === 'amid' ? '' : ` while ${chosen.account} is ${card.circumstance}`
  bed.say(`${number}. ${card.kind}${beside}${said && ` (${said})`}: ${places}`)
  for (const problem of problems) bed.say(`    ${problem}`)
  return { ...card, number, rounds, problems }
}

/** An account with a slice that a worker is at; waits until there is one. */
async function someBusyAccount(
  bed: Bed,
  accounts: readonly WatchedAccount[],
  random: Random,
): Promise<WatchedAccount> {
  for (;;) {
    const busy = await busyWorkers(bed, accounts)
    if (busy.length > 0) return random.pick(busy).account
    await delay(50)
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
      `${strikes.filter(({ circumstance }) => circumstance !== 'amid').length} of them beside an account that waits; ` +
      `${rounds.length} syncs of ${accounts.length} accounts (${modes.join(', ')}); at most ${maxInFlight} calls more a kill`,
  }
}

function countsBy(names: readonly string[]): string {
  return [...new Set(names)]
    .map((name) => `${names.filter((each) => each === name).length} ${name}`)
    .join(', ')
}
