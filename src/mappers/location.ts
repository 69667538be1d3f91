import { z } from 'zod'
import { countryCode } from './countries.ts'
import { gemRecord, gemText } from './gem-fields.ts'
import { text } from './values.ts'

export const gemOffice = gemRecord({ name: gemText, location: gemRecord({ name: gemText }).nullish() })

const part = z.string().nullable()

export const locationSchema = z.object({
  city: part,
  country: part,
  raw: part,
  state: part,
  street_1: part,
  street_2: part,
  zip_code: part,
})

type Location = z.infer<typeof locationSchema>

/** An office as a location: its label, and what of a place can be read from it (gem-api.md 5.4). */
export function locationOf(office: z.infer<typeof gemOffice>): Location {
  const name = text(office.name)
  const raw = text(office.location?.name) ?? name
  // Gem sends no street and no postcode.
  return {
    city: null,
    country: null,
    raw,
    state: null,
    street_1: null,
    street_2: null,
    zip_code: null,
    ...parse(raw, name),
  }
}

/** `City, Country`, `City, State, Country`, `City, ST` or a country alone; anything else: the office is the city. */
function parse(raw: string | null, officeName: string | null): Partial<Location> {
  if (raw === null || raw.toLowerCase() === 'remote') return {}
  const parts = raw.split(',').flatMap((part) => text(part) ?? [])
  const [city, ...others] = parts
  const last = others.at(-1)
  if (city !== undefined && last === undefined) {
    const country = countryCode(city)
    if (country !== null) return { country }
  }
  if (city === undefined || last === undefined) return { city: officeName }
  // `San Francisco, CA` is in California: Canada's code would follow a province.
  if (others.length === 1 && isStateCode(last)) return { city, state: stateCode(last), country: 'US' }
  const country = countryCode(last)
  return country === null ? { city: officeName } : { city, state: others.at(-2) ?? null, country }
}

const stateCode = (label: string) => label.replaceAll('.', '').toUpperCase()
const isStateCode = (label: string) => stateCodes.has(stateCode(label))

const stateCodes = new Set(
  (
    'AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT ' +
    'NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY'
  ).split(' '),
)
