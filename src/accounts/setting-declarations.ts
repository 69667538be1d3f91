import { z } from 'zod'
import { type MainTable, mainTables } from '../streams.ts'
import { duration } from './duration.ts'
import { integrationFieldsSchema } from './integration-field-setting.ts'

/** One setting of an account: all that is particular to it. */
export interface SettingDeclaration<T = unknown> {
  readonly default: T
  readonly schema: z.ZodType<T>
  /** What would be right, after "must be". */
  readonly rightIs: string
  /** What it decides, for `account show` and the documentation. */
  readonly meaning: string
  /** How `account set` takes its value: as JSON, as plain text, or as names between commas (the latter two also as JSON). */
  readonly writtenAs: 'json' | 'text' | 'names'
}

function durationSetting(value: string, from: string, to: string, meaning: string) {
  const rightIs = `a duration from ${from} to ${to}, such as 90s, 10m or 3h`
  return declare({ default: value, schema: duration(from, to), rightIs, meaning, writtenAs: 'text' })
}

function wholeNumber(value: number, from: number, to: number, meaning: string) {
  const schema = z.int().min(from).max(to)
  return declare({
    default: value,
    schema,
    rightIs: `a whole number from ${from} to ${to}`,
    meaning,
    writtenAs: 'json',
  })
}

function decimal(value: number, from: number, to: number, meaning: string) {
  const schema = z.number().min(from).max(to)
  return declare({
    default: value,
    schema,
    rightIs: `a number from ${from} to ${to}`,
    meaning,
    writtenAs: 'json',
  })
}

function declare<T>(declaration: SettingDeclaration<T>): SettingDeclaration<T> {
  return declaration
}

/** Kept in the models' own order, so that the same choice is the same value. */
const modelsSchema = z
  .array(z.enum(mainTables))
  .min(1)
  .refine((names) => new Set(names).size === names.length)
  .transform((names): MainTable[] => mainTables.filter((name) => names.includes(name)))

/** All settings by their dotted keys. A new one is a line here and one in `Settings`. */
export const settingDeclarations = {
  'schedule.deltaEvery': durationSetting('3h', '1m', '365d', 'how often what has changed is read'),
  'schedule.fullEvery': durationSetting('10h', '1m', '365d', 'how often everything is read'),
  'rate.requestsPerSecond': decimal(10, 0.01, 1_000, 'calls to Gem a second, at most (Gem grants a key 20)'),
  'rate.burst': wholeNumber(20, 1, 10_000, 'calls that may follow each other at once after a quiet time'),
  'rate.maxInFlight': wholeNumber(4, 1, 16, 'calls to Gem at the same time, at most'),
  'paging.maxPerPage': wholeNumber(500, 10, 500, 'records a page, at most'),
  'paging.overlap': durationSetting('10m', '0s', '7d', 'how far the windows of delta syncs overlap'),
  models: declare<MainTable[]>({
    default: [...mainTables],
    schema: modelsSchema,
    rightIs: `one or more of ${mainTables.join(', ')}, each once`,
    meaning: 'main models that are synced; what they derive from comes along',
    writtenAs: 'names',
  }),
  jobBoard: declare<string | null>({
    default: null,
    schema: z
      .string()
      .regex(/^[\w.~-]{1,200}$/)
      .nullable(),
    rightIs: 'the path of the public job board (acme, if the board is https://jobs.gem.com/acme), or null',
    meaning: 'path of the public job board, for the URLs of postings',
    writtenAs: 'text',
  }),
  integrationFields: declare<z.infer<typeof integrationFieldsSchema>>({
    default: [],
    schema: integrationFieldsSchema,
    rightIs: 'a JSON list of {"model", "key", "label", "path"}',
    meaning: 'fields of remote_data that are picked out into integration_fields',
    writtenAs: 'json',
  }),
  'deletions.maxShare': decimal(0.3, 0, 1, 'share of a table that may be found deleted without being asked'),
  'deletions.minRows': wholeNumber(20, 0, 1_000_000, 'models with fewer rows are not guarded by the share'),
  'retention.afterDays': declare<number | null>({
    default: null,
    schema: z.int().min(1).max(36_500).nullable(),
    rightIs: 'a whole number of days from 1 to 36500, or null (never)',
    meaning: "days after their deletion when deleted candidates' personal data is blanked; null: it stays",
    writtenAs: 'json',
  }),
  'retention.runsAfterDays': wholeNumber(
    30,
    1,
    36_500,
    'days that finished runs and resolved rejected records are kept',
  ),
} satisfies Record<string, SettingDeclaration<never> | SettingDeclaration>

export type SettingKey = keyof typeof settingDeclarations
export type SettingValue<K extends SettingKey> = (typeof settingDeclarations)[K]['default']

export const settingKeys = Object.keys(settingDeclarations) as SettingKey[]

export function isSettingKey(name: string): name is SettingKey {
  return Object.hasOwn(settingDeclarations, name)
}
