const DATE =
  /^(?<year>[+-]\d{6}|\d{4})(?:-?W(?<week>\d\d)(?:-?(?<weekday>[1-7]))?|-?(?<ordinal>\d{3})|-(?<month>\d\d)(?:-(?<day>\d\d))?|(?<basicMonth>\d\d)(?<basicDay>\d\d))?$/
const TIME =
  /^(?<hour>\d\d)(?::?(?<minute>\d\d)(?::?(?<second>\d\d)(?:[.,](?<fraction>\d+))?)?)?(?<zone>Z|[+-]\d\d(?::?\d\d)?)?$/
const DAY = 86_400_000

/** An ISO 8601 date, or date and time; null if it is none. Without a zone it is UTC; digits beyond milliseconds are cut. */
export function readTime(sent: string): Date | null {
  const value = plainForm(sent)
  const separator = value.indexOf('T')
  const date = separator < 0 ? value : value.slice(0, separator)
  const midnight = readDate(date)
  const sinceMidnight = separator < 0 ? 0 : readClock(value.slice(separator + 1))
  if (midnight === null || sinceMidnight === null) return null
  const result = new Date(midnight + sinceMidnight)
  return Number.isNaN(result.getTime()) ? null : result
}

/** With a `T`, and with `Z` or an offset alone. */
function plainForm(sent: string): string {
  return sent
    .replace(/ UTC$/, 'Z')
    .replace(/(Z|[+-]\d\d:?\d\d)\[[^\]]+\]$/, '$1')
    .replace(/^([\d-]{10}) /, '$1T')
}

function readDate(value: string): number | null {
  const parts = DATE.exec(value)?.groups
  if (!parts) return null
  const year = Number(parts.year)
  if (parts.week !== undefined) return weekDate(year, Number(parts.week), Number(parts.weekday ?? 1))
  if (parts.ordinal !== undefined) return ordinalDate(year, Number(parts.ordinal))
  return calendarDate(
    year,
    Number(parts.month ?? parts.basicMonth ?? 1),
    Number(parts.day ?? parts.basicDay ?? 1),
  )
}

function utc(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day)
}

function calendarDate(year: number, month: number, day: number): number | null {
  const result = new Date(utc(year, month, day))
  return result.getUTCMonth() === month - 1 && result.getUTCDate() === day ? result.getTime() : null
}

function ordinalDate(year: number, ordinal: number): number | null {
  const result = utc(year, 1, ordinal)
  return ordinal >= 1 && new Date(result).getUTCFullYear() === year ? result : null
}

/** Week 1 holds January 4th; weeks begin on Monday. */
function weekDate(year: number, week: number, weekday: number): number | null {
  const firstMonday = mondayBefore(utc(year, 1, 4))
  const result = firstMonday + ((week - 1) * 7 + weekday - 1) * DAY
  return week >= 1 && mondayBefore(result) < mondayBefore(utc(year + 1, 1, 4)) ? result : null
}

const mondayBefore = (day: number): number => day - ((new Date(day).getUTCDay() + 6) % 7) * DAY

function readClock(value: string): number | null {
  const parts = TIME.exec(value)?.groups
  if (!parts) return null
  const hour = Number(parts.hour)
  const minute = Number(parts.minute ?? 0)
  const second = Number(parts.second ?? 0)
  const milliseconds = Number((parts.fraction ?? '').padEnd(3, '0').slice(0, 3))
  const clock = ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds
  if (minute > 59 || second > 60 || (clock > DAY && hour !== 23)) return null
  return clock - zoneOffset(parts.zone ?? 'Z')
}

function zoneOffset(zone: string): number {
  if (zone === 'Z') return 0
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}
