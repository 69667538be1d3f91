import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { dbtSource } from './dbt-source.ts'

test('docs/dbt/gem_ats.yml has the tables and columns there are, in their own words', () => {
  const file = readFileSync(new URL('../../docs/dbt/gem_ats.yml', import.meta.url), 'utf8')
  assert.equal(file, dbtSource(), 'write it anew: node test/readme/dbt-source.ts > docs/dbt/gem_ats.yml')
})
