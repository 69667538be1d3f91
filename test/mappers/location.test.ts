import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countryCode } from '../../src/mappers/countries.ts'
import { locationOf } from '../../src/mappers/location.ts'

const nothing = {
  city: null,
  country: null,
  raw: null,
  state: null,
  street_1: null,
  street_2: null,
  zip_code: null,
}

const cases: [label: string, expected: Partial<Record<keyof typeof nothing, string>>][] = [
  ['Berlin, Germany', { city: 'Berlin', country: 'DE' }],
  ['San Francisco, United States', { city: 'San Francisco', country: 'US' }],
  ['San Francisco, California, USA', { city: 'San Francisco', state: 'California', country: 'US' }],
  ['Austin, TX, U.S.', { city: 'Austin', state: 'TX', country: 'US' }],
  ['San Francisco, CA', { city: 'San Francisco', state: 'CA', country: 'US' }],
  ['Wilmington, DE', { city: 'Wilmington', state: 'DE', country: 'US' }],
  ['Washington, D.C.', { city: 'Washington', state: 'DC', country: 'US' }],
  ['Toronto, Ontario, CA', { city: 'Toronto', state: 'Ontario', country: 'CA' }],
  ['London, UK', { city: 'London', country: 'GB' }],
  ['London, England', { city: 'London', country: 'GB' }],
  ['Dubai, UAE', { city: 'Dubai', country: 'AE' }],
  ['Paris, FRA', { city: 'Paris', country: 'FR' }],
  ['Paris, FR', { city: 'Paris', country: 'FR' }],
  ['Building 5, Berlin, Brandenburg, Germany', { city: 'Building 5', state: 'Brandenburg', country: 'DE' }],
  [' Berlin ,  germany ', { city: 'Berlin', country: 'DE' }],
  ['Berlin,, Germany,', { city: 'Berlin', country: 'DE' }],
  ['Germany', { country: 'DE' }],
  ['United States', { country: 'US' }],
  ['CA', { country: 'CA' }],
  ['Singapore, Singapore', { city: 'Singapore', country: 'SG' }],
  ['Remote', {}],
  ['REMOTE', {}],
  ['New York, New York', { city: 'The office' }],
  ['Headquarters', { city: 'The office' }],
  [',', { city: 'The office' }],
]

for (const [label, expected] of cases) {
  test(`reads the location ${JSON.stringify(label)}`, () => {
    assert.deepEqual(locationOf({ name: 'The office', location: { name: label } }), {
      ...nothing,
      raw: label.trim(),
      ...expected,
    })
  })
}

test("an office without a location's name goes by its own", () => {
  const expected = { ...nothing, raw: 'Austin, TX', city: 'Austin', state: 'TX', country: 'US' }
  for (const location of [undefined, null, {}, { name: null }, { name: ' ' }]) {
    assert.deepEqual(locationOf({ name: 'Austin, TX', location }), expected)
  }
})

test('an office without any name has all parts null', () => {
  assert.deepEqual(locationOf({}), nothing)
  assert.deepEqual(locationOf({ location: { name: 'Headquarters' } }), { ...nothing, raw: 'Headquarters' })
})

test('countries are known by name, alias and code, in any case', () => {
  const known = {
    'The Netherlands': 'NL',
    Türkiye: 'TR',
    turkey: 'TR',
    "Cote d'Ivoire": 'CI',
    'Côte d’Ivoire': 'CI',
    Czechia: 'CZ',
    'South Korea': 'KR',
    Russia: 'RU',
    Vietnam: 'VN',
    'Trinidad & Tobago': 'TT',
    'u.s.a.': 'US',
    gbr: 'GB',
  }
  for (const [label, code] of Object.entries(known)) assert.equal(countryCode(label), code, label)
  for (const label of ['', 'Atlantis', 'constructor', 'ZZ']) assert.equal(countryCode(label), null, label)
})
