import { Command, InvalidArgumentError, Option } from 'commander'
import { findAccount } from '../accounts/account-store.ts'
import { readEnvironment } from '../config.ts'
import type { Db } from '../database/connect.ts'
import { listRejected, listRejectedWithRaw, type RejectedEntry } from '../database/list-rejected.ts'
import { countRejected, totalOf } from '../database/rejected-records.ts'
import { type StreamName, streamNames } from '../streams.ts'
import { print, printJson, printTable, toPrintable } from './output.ts'
import { withDatabase } from './with-database.ts'

interface ListOptions {
  readonly stream?: StreamName
  readonly all: boolean
  readonly raw: boolean
  readonly limit: number
  readonly json: boolean
}

const mostRecords = 10_000

const help = `
A rejected record is one of Gem's that cannot be mapped; the rest of its page was synced. It is tried again whenever it
is read: by each full sync, and by a delta once it has changed. It is resolved when that succeeds, or when a full sync
finds it gone from Gem.

The records themselves are not shown: they hold personal data. --raw shows them.

Examples:
  gem-ats-sync rejected list acme
  gem-ats-sync rejected list acme --stream candidates --all
  gem-ats-sync rejected list acme --json --raw > rejected.json`

export function rejectedList(): Command {
  return new Command('list')
    .summary('list the records of an account that could not be mapped, and why')
    .description('Lists the records of an account that could not be mapped, the latest seen first, and why.')
    .argument('<name>', 'the account')
    .addOption(new Option('--stream <stream>', "only those of one of Gem's lists").choices(streamNames))
    .option('--all', 'also those that have been resolved', false)
    .option('--raw', 'also the records as Gem sent them, which hold personal data; null once resolved', false)
    .option('--limit <count>', `at most so many, up to ${mostRecords}`, readLimit, 100)
    .option('--json', 'print them as JSON', false)
    .addHelpText('after', help)
    .action(list)
}

function readLimit(text: string): number {
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= mostRecords) return limit
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${mostRecords}.`)
}

async function list(name: string, options: ListOptions): Promise<void> {
  const { records, open } = await withDatabase(readEnvironment(), (db) => read(db, name, options))
  if (options.json) return printJson(records)
  if (records.length > 0) show(records, options)
  print(`${records.length > 0 ? '\n' : ''}${summary(name, open, records.length, options)}`)
}

async function read(db: Db, name: string, { all, limit, raw, ...options }: ListOptions) {
  const { account } = await findAccount(db, name)
  const stream = options.stream ?? null
  const filter = { account, stream, all, limit }
  const records = raw ? await listRejectedWithRaw(db, filter) : await listRejected(db, filter)
  const counts = await countRejected(db, account)
  const open = counts.filter((count) => stream === null || count.stream === stream)
  return { records, open: totalOf(open) }
}

function show(records: readonly (RejectedEntry & { readonly raw?: unknown })[], { all, raw }: ListOptions) {
  const head = ['STREAM', 'REMOTE ID', 'REASON', 'FIRST SEEN', 'LAST SEEN']
  const rows = records.map((record) => [
    ...[record.stream, record.remote_id === null ? null : toPrintable(record.remote_id), record.reason],
    ...[record.first_seen_at, record.last_seen_at],
    ...(all ? [record.resolved_at] : []),
    ...(raw ? [toPrintable(JSON.stringify(record.raw))] : []),
  ])
  printTable([...head, ...(all ? ['RESOLVED'] : []), ...(raw ? ['RAW'] : [])], rows)
}

function summary(name: string, open: number, shown: number, { stream, limit, raw }: ListOptions): string {
  const count = open === 0 ? 'No record' : open === 1 ? '1 record' : `${open} records`
  const lines = [`${count} of ${name}${stream === undefined ? '' : ` in ${stream}`} could not be mapped.`]
  if (shown === limit) lines.push(`At most ${limit} are shown; --limit shows more.`)
  if (shown > 0 && !raw) lines.push('--raw shows the records themselves, which hold personal data.')
  return lines.join('\n')
}
