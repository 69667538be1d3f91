import type { AccountState } from '../../database/database-types.ts'
import type { AccountFigures, Tally } from '../../database/operating-figures.ts'
import { streamNames, streams, syncedStreams } from '../../streams.ts'
import { gaugeText, label, type Sample } from './gauge-text.ts'

export interface OperatingFigures {
  readonly accounts: readonly AccountFigures[]
  readonly running: readonly Tally[]
  readonly rejected: readonly Tally[]
}

const accountStates: readonly AccountState[] = ['ACTIVE', 'PAUSED', 'NEEDS_CREDENTIALS']

/** What PostgreSQL knows of all accounts, as gauges: each worker says the same. */
export function accountGauges({ accounts, running, rejected }: OperatingFigures): string {
  return [
    gaugeText(
      'gem_ats_sync_freshness_seconds',
      'Seconds since the last good reading of a table began, or since the account was added',
      accounts.flatMap(freshness),
    ),
    gaugeText(
      'gem_ats_sync_account_state',
      'Always 1; the label is the present state of the account',
      accounts.map(({ account, state }) => ({
        labels: `${label('account', account)},${label('state', state)}`,
        value: 1,
      })),
    ),
    gaugeText(
      'gem_ats_sync_accounts',
      'Accounts by their present state',
      accountStates.map((state) => ({
        labels: label('state', state),
        value: accounts.filter((account) => account.state === state).length,
      })),
    ),
    gaugeText(
      'gem_ats_sync_gem_pause_remaining_seconds',
      'Seconds for which Gem has told an account to make no call; 0 if it may',
      accounts.map(({ account, blocked }) => ({
        labels: label('account', account),
        value: Math.round(blocked ?? 0),
      })),
    ),
    gaugeText('gem_ats_sync_running_runs', 'Runs under way', tally('mode', ['full', 'delta'], running)),
    gaugeText(
      'gem_ats_sync_rejected_records_open',
      "Records that could not be mapped and have not been read well since, by Gem's list",
      tally('stream', streamNames, rejected),
    ),
  ].join('')
}

/** Only of tables that the account syncs: others would grow old for ever. */
function freshness(figures: AccountFigures): Sample[] {
  const account = label('account', figures.account)
  return syncedStreams(figures.models).map((stream) => ({
    labels: `${account},${modelLabels[stream]}`,
    value: Math.round((figures[stream] ?? figures.age) * 1000) / 1000,
  }))
}

const modelLabels = Object.fromEntries(
  streamNames.map((stream) => [stream, label('model', streams[stream].model)]),
)

function tally(name: string, values: readonly string[], tallies: readonly Tally[]): Sample[] {
  const counts = new Map(tallies.map((tally) => [tally.name, tally.count]))
  return values.map((value) => ({ labels: label(name, value), value: counts.get(value) ?? 0 }))
}
