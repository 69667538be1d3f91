import { DateTime } from 'luxon'

/** Calendar, ordinal and week dates, extended or basic. `202512` is none: ISO 8601 keeps it apart from `YYMMDD`. */
const DATE =
  /^(?<year>\d{4}|[+-]\d{6}|[+-]\d{4,}(?=-|$))(?:-?W(?<week>\d\d)(?:-?(?<weekday>[1-7]))?|-(?<month>\d\d)(?:-(?<day>\d\d))?|(?<basicMonth>\d\d)(?<basicDay>\d\d)|-?(?<ordinal>\d{3}))?$/

const CLOCK = /^(?<hour>\d\d)(?::?(?<minute>\d\d)(?::?(?<second>\d\d))?)?(?:[.,](?<fraction>\d+))?$/

/** Its parts: a date, perhaps a clock, perhaps an offset, perhaps a zone and calendars in brackets (RFC 9557). */
const TIME =
  /^(?<date>[^T [\]]+)(?:[T ](?<clock>[\d:.,]+))?(?: ?(?<offset>Z|UTC|GMT|(?<=[T ][\d:.,]+ ?)[+-]\d\d(?::?\d\d(?::?\d\d)?)?))?(?<brackets>(?:\[[^[\]]+\])*)$/

/** A time as Gem mostly writes it, and as this module does: its digits alone tell that the day exists. */
const SURELY =
  /^[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

const OFFSET = /^([+-])([01]\d|2[0-3])(?::?([0-5]\d)(?::?([0-5]\d))?)?$/

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** After 400 years the Gregorian calendar repeats, weekdays included. Beyond `Date`'s reach it is read in a nearer cycle. */
const CYCLE_YEARS = 400
const CYCLE = 146_097 * DAY

/** PostgreSQL's timestamps: from the Julian day 0, 24 November 4714 BC, through the year 294276. */
const FIRST = Date.UTC(-4713, 10, 24)
const LAST_YEAR = 294_276

/**
 * Any ISO 8601 time as PostgreSQL reads it, in UTC with milliseconds (`2026-01-05T09:00:00.120Z`); further digits are cut
 * off. A date alone is midnight, a time without offset or zone is UTC, and an offset beats a zone in brackets.
 *
 * @returns null if it cannot be read, or if PostgreSQL cannot store it.
 */
export function readTime(value: string): string | null {
  if (SURELY.test(value)) return value
  const parts = TIME.exec(value.toUpperCase().replaceAll('\u2212', '-'))?.groups
  if (parts?.date === undefined) return null
  const day = readDate(parts.date)
  const clock = parts.clock === undefined ? 0 : readClock(parts.clock)
  if (day === null || clock === null) return null
  const zone = parts.offset ?? zoneOf(parts.brackets ?? '')
  const offset = offsetOf(zone, day.midnight + clock)
  return offset === null ? null : format(day.midnight + clock - offset, day.cycles)
}

interface Day {
  readonly midnight: number
  /** Cycles of years that were taken off. */
  readonly cycles: number
}

function readDate(text: string): Day | null {
  const parts = DATE.exec(text)?.groups
  if (parts === undefined) return null
  const sent = Number(parts.year)
  const cycles = Math.max(0, Math.ceil((sent - 9999) / CYCLE_YEARS))
  const year = sent - cycles * CYCLE_YEARS
  const midnight = dayOf(year, parts)
  return midnight === null ? null : { midnight, cycles }
}

function dayOf(year: number, parts: Record<string, string | undefined>): number | null {
  if (parts.week !== undefined) return weekDate(year, Number(parts.week), Number(parts.weekday ?? 1))
  if (parts.ordinal !== undefined) return ordinalDate(year, Number(parts.ordinal))
  const month = Number(parts.month ?? parts.basicMonth ?? 1)
  const day = Number(parts.day ?? parts.basicDay ?? 1)
  const date = new Date(midnightOf(year, month, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : null
}

/** `Date.UTC` takes the years 0 to 99 for those of the twentieth century. */
const midnightOf = (year: number, month: number, day: number) =>
  new Date(0).setUTCFullYear(year, month - 1, day)

function ordinalDate(year: number, ordinal: number): number | null {
  const date = midnightOf(year, 1, ordinal)
  return ordinal > 0 && new Date(date).getUTCFullYear() === year ? date : null
}

/** Weeks begin on Monday; the first is the one with 4 January. */
function weekDate(year: number, week: number, weekday: number): number | null {
  const monday = firstMonday(year) + (week - 1) * 7 * DAY
  return week > 0 && monday < firstMonday(year + 1) ? monday + (weekday - 1) * DAY : null
}

function firstMonday(year: number): number {
  const fourth = midnightOf(year, 1, 4)
  return fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY
}

/** Milliseconds since midnight. A fraction is one of the last part; a leap second is the first of the next minute. */
function readClock(text: string): number | null {
  const parts = CLOCK.exec(text)?.groups
  if (parts === undefined) return null
  const hour = Number(parts.hour)
  const minute = Number(parts.minute ?? 0)
  const second = Number(parts.second ?? 0)
  const unit = parts.second !== undefined ? SECOND : parts.minute !== undefined ? MINUTE : HOUR
  const digits = (parts.fraction ?? '0').slice(0, 9)
  const clock = hour * HOUR + minute * MINUTE + second * SECOND
  const fraction = Math.floor((Number(digits) * unit) / 10 ** digits.length)
  const exists = hour < 24 || (clock === DAY && fraction === 0)
  return exists && minute < 60 && second <= 60 ? clock + fraction : null
}

/** The zone in brackets, or the empty text: `[u-ca=gregory]` is a calendar. */
function zoneOf(brackets: string): string {
  const zone = /\[!?([^=\]]+)\]/.exec(brackets)?.[1]
  return zone ?? ''
}

/** @returns milliseconds ahead of UTC; null if there is no such zone. */
function offsetOf(zone: string, local: number): number | null {
  if (['', 'Z', 'UTC', 'GMT'].includes(zone)) return 0
  if (!/^[+-]/.test(zone)) return zoneOffset(zone, local)
  const [, sign, hours, minutes = '0', seconds = '0'] = OFFSET.exec(zone) ?? []
  if (hours === undefined) return null
  const ahead = Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND
  return sign === '-' ? -ahead : ahead
}

function zoneOffset(zone: string, local: number): number | null {
  const there = DateTime.fromMillis(local, { zone: 'utc' }).setZone(zone, { keepLocalTime: true })
  return there.isValid ? local - there.toMillis() : null
}

/** PostgreSQL reads years beyond four digits without a sign, and years before the first only as BC. */
function format(instant: number, cycles: number): string | null {
  const date = new Date(instant)
  if (!(instant >= FIRST)) return null
  const year = date.getUTCFullYear() + cycles * CYCLE_YEARS
  if (year > LAST_YEAR) return null
  const rest = date.toISOString().replace(/^[+-]?\d+/, '')
  return year > 0
    ? `${String(year).padStart(4, '0')}${rest}`
    : `${String(1 - year).padStart(4, '0')}${rest} BC`
}

/** Milliseconds since 1970 of a time as `readTime` gives it. */
export function instantOf(time: string): number {
  const [, digits = '', rest = '', isBefore] = /^(\d+)(.*?)( BC)?$/.exec(time) ?? []
  const year = isBefore ? 1 - Number(digits) : Number(digits)
  const cycles = Math.max(0, Math.ceil((year - 9999) / CYCLE_YEARS))
  const near = year - cycles * CYCLE_YEARS
  const sign = near < 0 ? '-' : '+'
  return Date.parse(`${sign}${String(Math.abs(near)).padStart(6, '0')}${rest}`) + cycles * CYCLE
}
