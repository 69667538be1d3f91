import countries from 'i18n-iso-countries'
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' }
import { inner, text } from './shape.ts'
import { ANY, type GemRecord, type Row } from './types.ts'

countries.registerLocale(english)

const STATES = new Set(
  (
    'AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR ' +
    'PA RI SC SD TN TX UT VT VA WA WV WI WY DC'
  ).split(' '),
)

/** `{city, country, raw, state, street_1, street_2, zip_code}` of an office; ANY where "best effort" allows several answers. */
export function location(office: GemRecord['raw'] | undefined): Row | null {
  if (office === undefined) return null
  const place = inner(office, 'location')
  const officeName = text(office, 'name')
  const raw = (place === null ? null : text(place, 'name')) ?? officeName
  const parts = { city: null, country: null, state: null, ...parse(raw, officeName) }
  return { ...parts, raw, street_1: null, street_2: null, zip_code: null }
}

function parse(raw: string | null, officeName: string | null): Row {
  if (raw === null) return {}
  const parts = raw.split(',').map((part) => part.trim())
  const [first = '', middle = ''] = parts
  const last = parts.at(-1)!
  if (parts.length === 1) return onePart(first, officeName)
  if (parts.includes('') || /remote/i.test(raw)) return { city: ANY, country: ANY, state: ANY }
  const country = countryCode(last)
  if (parts.length === 2 && STATES.has(last)) return cityAndState(first, last, country)
  if (country === null) return { city: ANY, state: ANY, country: STATES.has(last) ? ANY : null }
  if (parts.length === 2) return { city: first, country }
  return { city: first, country, state: parts.length === 3 ? middle : ANY }
}

function onePart(part: string, officeName: string | null): Row {
  if (/^remote$/i.test(part)) return {}
  if (/remote/i.test(part)) return { city: ANY, country: ANY, state: ANY }
  const country = countryCode(part)
  if (country !== null) return { country }
  return { city: part === officeName ? part : ANY }
}

/** `Munich, DE` is not in Delaware, `San Francisco, CA` is not in Canada: two-letter twins stay open but for California. */
function cityAndState(city: string, state: string, country: string | null): Row {
  if (country !== null && state !== 'CA') return { city, country: ANY, state: ANY }
  return { city, country: 'US', state }
}

function countryCode(part: string): string | null {
  if (/^[A-Z]{2}$/.test(part) && countries.isValid(part)) return part
  if (/^[A-Z]{3}$/.test(part) && countries.isValid(part)) return countries.alpha3ToAlpha2(part) ?? null
  return countries.getAlpha2Code(part, 'en') ?? null
}
