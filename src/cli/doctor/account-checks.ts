import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { type Account, listAccounts, tryAllCredentials } from '../../accounts/account-store.ts'
import { proveKey } from '../../accounts/prove-key.ts'
import { parseSettings } from '../../accounts/settings.ts'
import { readProxies } from '../../config/proxies.ts'
import type { Db } from '../../database/connect.ts'
import { UserError } from '../../errors.ts'
import { nameOfProxy, proxyFor } from '../../gem/proxy.ts'
import { type Check, type Finding, fail, ok, someOf, warn } from './check.ts'
import { onDatabase } from './explain.ts'
import type { Setup } from './setup.ts'

/** Thousands of accounts are opened, too. */
const withinMs = 20_000

const accounts: Check = {
  name: 'accounts',
  needs: ['tables'],
  withinMs,
  run: onDatabase(async (setup) => {
    setup.accounts = await listAccounts(setup.db)
    const broken = setup.accounts.flatMap(settingsProblem)
    if (broken.length > 0) return fail(broken.slice(0, 3).join('; '), null)
    if (setup.accounts.length === 0)
      return warn('there are none yet', 'add one: gem-ats-sync account add NAME')
    const inState = (wanted: Account['state']) =>
      setup.accounts.flatMap(({ account, state }) => (state === wanted ? [account] : []))
    const paused = inState('PAUSED')
    const keyless = inState('NEEDS_CREDENTIALS')
    const found = `${setup.accounts.length} in all, ${paused.length} paused`
    if (keyless.length === 0) return ok(found)
    return warn(
      `${found}; Gem refuses the keys of ${someOf(keyless)}`,
      `gem-ats-sync account set-key ${keyless[0]}`,
    )
  }),
}

function settingsProblem({ account, settings }: Account): string[] {
  try {
    parseSettings(settings)
    return []
  } catch (error) {
    if (error instanceof UserError) return [`settings of ${account}: ${error.message}`]
    throw error
  }
}

const encryptionKey: Check = {
  name: 'encryption key',
  needs: ['environment'],
  run: async ({ keyring: { current, others } }) => {
    const earlier = others.length === 0 ? '' : `, and earlier ones: ${someOf(others.map(({ id }) => id))}`
    return ok(`key ${current.id}${earlier}`)
  },
}

const storedKeys: Check = {
  name: 'stored keys',
  needs: ['tables', 'encryption key'],
  withinMs,
  run: onDatabase(async (setup) => {
    const { keyring } = setup
    setup.credentials = await tryAllCredentials(setup.db, keyring)
    const closed = setup.credentials.filter(({ problem }) => problem !== null)
    if (closed.length > 0)
      return fail(
        `those of ${someOf(closed.map(({ account }) => account))} cannot be opened`,
        String(closed[0]?.problem),
      )
    const old = setup.credentials.filter(({ encryptionKeyId }) => encryptionKeyId !== keyring.current.id)
    const byOld = old.length === 0 ? '' : `, ${old.length} by an earlier key`
    return ok(`all ${setup.credentials.length} can be opened${byOld}`)
  }),
}

/** Calls a second that Gem allows for each API key, whoever makes them. */
const gemAllows = 20

const rates: Check = {
  name: 'rates',
  needs: ['accounts', 'stored keys'],
  run: async ({ accounts, credentials }) => {
    const rateOf = new Map(
      accounts.map(({ account, settings }) => [account, parseSettings(settings).rate.requestsPerSecond]),
    )
    const shared = Map.groupBy(credentials, (tried) => fingerprint(tried.credentials))
    const tooFast = [...shared.values()]
      .map((group) => group.map(({ account }) => account))
      .map((names) => ({ names, sum: names.reduce((sum, name) => sum + (rateOf.get(name) ?? 0), 0) }))
      .filter(({ names, sum }) => names.length > 1 && sum > gemAllows)
    const [first] = tooFast
    if (first === undefined) return ok(`no API key may be called more than ${gemAllows} times a second`)
    return warn(
      `${someOf(first.names)} have one API key, and together may call Gem ${first.sum} times a second; it allows ${gemAllows}`,
      `lower one: gem-ats-sync account set ${first.names[0]} rate.requestsPerSecond=${gemAllows / first.names.length}`,
    )
  },
}

/** Only to find equal keys. */
function fingerprint(credentials: Setup['credentials'][number]['credentials']): string {
  return createHash('sha256').update(`${credentials?.baseUrl}\n${credentials?.apiKey}`).digest('hex')
}

const atATime = 4

const gem: Check = {
  name: 'gem',
  needs: ['accounts', 'stored keys'],
  // One call of at most 20 s an account: an end is certain.
  withinMs: null,
  run: onDatabase(async (setup) => {
    const { gem } = setup
    const named = gem === null || gem === 'all' ? null : gem.account
    const wanted = setup.accounts.filter(({ account }) => named === null || account === named)
    if (named !== null && wanted.length === 0)
      return fail(`there is no account ${named}`, 'gem-ats-sync account list shows those there are')
    const blocked = await blockedAccounts(setup.db)
    // While an account is paused, or Gem has asked for a pause, no call is made, whoever asks.
    const asked = wanted
      .filter(({ account, state }) => state !== 'PAUSED' && !blocked.has(account))
      .map(({ account }) => account)
    return told(await tryKeys(setup, asked), asked, wanted.length - asked.length)
  }),
}

async function blockedAccounts(db: Db): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ account: string }>`
    select account from sync.rate_limits where blocked_until > clock_timestamp()`.execute(db)
  return new Set(rows.map(({ account }) => account))
}

const proxy: Check = {
  name: 'proxy',
  needs: ['environment', 'accounts'],
  run: async ({ environment, accounts }) => {
    const proxies = readProxies(environment.env)
    const urls = [...new Set(accounts.map(({ base_url }) => new URL(base_url).origin))]
    const used = Map.groupBy(urls, (url) => {
      const found = proxyFor(new URL(url), proxies)
      return found && nameOfProxy(found)
    })
    const [first, ...others] = [...used.keys()].filter((name) => name !== null)
    if (first === undefined) return ok('Gem is called directly')
    const direct = used.get(null) ?? []
    const besides = direct.length === 0 ? '' : `; directly: ${someOf(direct)}`
    return ok(`Gem is called through ${[first, ...others].join(' and ')}${besides}`)
  },
}

const pauses: Check = {
  name: 'pauses',
  needs: ['tables'],
  run: onDatabase(async ({ db }) => {
    const { rows } = await sql<{ account: string; until: string }>`
      select account, to_char(blocked_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as until
      from sync.rate_limits where blocked_until > clock_timestamp() + interval '1 day'
      order by blocked_until desc`.execute(db)
    const [first] = rows
    if (first === undefined) return ok('Gem has asked for none of more than a day')
    return warn(
      `Gem has asked for more than a day: ${someOf(rows.map(({ account }) => account))}, until ${first.until} at the latest`,
      `if that is a mistake, lift it: temporal workflow signal --workflow-id gem-account-${first.account} --name resume`,
    )
  }),
}

interface Refusal {
  readonly account: string
  readonly why: string
}

async function tryKeys({ credentials }: Setup, names: readonly string[]): Promise<readonly Refusal[]> {
  const wanted = new Set(names)
  const waiting = credentials.filter(({ account }) => wanted.has(account))
  const refusals: Refusal[] = []
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (next.credentials === null) continue
      try {
        await proveKey(next.credentials)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        refusals.push({ account: next.account, why: error.message })
      }
    }
  }
  await Promise.all(Array.from({ length: atATime }, work))
  return refusals
}

function told(refusals: readonly Refusal[], asked: readonly string[], paused: number): Finding {
  const besides = paused === 0 ? '' : `, ${paused} paused and not tried`
  const [first] = refusals
  if (first === undefined) return ok(`takes the keys of ${asked.length} accounts${besides}`)
  return fail(
    `${refusals.length} of ${asked.length} keys do not work${besides}: ${someOf(refusals.map(({ account }) => account))}`,
    `${first.account}: ${first.why}`,
  )
}

export const accountChecks: readonly Check[] = [
  accounts,
  encryptionKey,
  storedKeys,
  rates,
  pauses,
  proxy,
  gem,
]
