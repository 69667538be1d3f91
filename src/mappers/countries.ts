import countries from 'i18n-iso-countries/index.js'
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' }

countries.registerLocale(english)

/** Names in use that the library, which follows ISO 3166, does not list. */
const furtherNames: Record<string, string> = {
  England: 'GB',
  Scotland: 'GB',
  Wales: 'GB',
  'Northern Ireland': 'GB',
  'Republic of Ireland': 'IE',
  Holland: 'NL',
  'Slovak Republic': 'SK',
  Bosnia: 'BA',
  Macedonia: 'MK',
  Moldova: 'MD',
  'Viet Nam': 'VN',
  Laos: 'LA',
  Brunei: 'BN',
  Burma: 'MM',
  Syria: 'SY',
  Macau: 'MO',
  Korea: 'KR',
  'Cabo Verde': 'CV',
  Swaziland: 'SZ',
  Micronesia: 'FM',
  'Vatican City': 'VA',
  'East Timor': 'TL',
  'Falkland Islands': 'FK',
}

/** ISO 3166 alpha-2 of a country by its English name or its alpha-2 or alpha-3 code, in any case; null: none. */
export function countryCode(label: string): string | null {
  return codes.get(normalise(label)) ?? null
}

const codes = new Map<string, string>()
for (const [alpha2, names] of Object.entries(countries.getNames('en', { select: 'all' }))) {
  for (const name of names) add(name, alpha2)
}
for (const [alpha2, alpha3] of Object.entries(countries.getAlpha2Codes())) {
  add(alpha2, alpha2)
  add(alpha3, alpha2)
}
for (const [name, alpha2] of Object.entries(furtherNames)) add(name, alpha2)

/** Of two countries with one name (both are called Congo) the first of the list has it. */
function add(label: string, alpha2: string): void {
  const key = normalise(label)
  if (!codes.has(key)) codes.set(key, alpha2)
}

/** `The Netherlands`, `U.S.A.`, `Cote d’Ivoire`, `Trinidad & Tobago` as the list has them. */
function normalise(label: string): string {
  return label
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('.', '')
    .replaceAll('’', "'")
    .replaceAll('&', 'and')
    .replaceAll(/\s+/g, ' ')
    .replace(/^the /, '')
    .trim()
}
