/** The README cannot rot in silence: whatever it names exists, and whatever exists is named there. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { settingKeys } from '../../src/accounts/setting-declarations.ts'
import { checksFor } from '../../src/cli/doctor/checks.ts'
import { createProgram } from '../../src/cli/program.ts'
import { variableNames } from '../../src/config/variables.ts'
import { readEnvironment } from '../../src/embedded/environment.ts'
import { columnsOf, joinTables, models } from '../../src/mappers/registry.ts'
import type { JoinTable, MainTable } from '../../src/streams.ts'
import { firstTable, sectionOf } from './markdown-tables.ts'

const root = new URL('../../', import.meta.url)
const readme = readFileSync(new URL('README.md', root), 'utf8')
const code = codeOf(readme)

test('npm scripts that the README runs are in package.json', () => {
  const named = code.flatMap((line) => [...line.matchAll(/\bnpm (?:run (?:-\S+ )?)?([a-z:-]+)/g)])
  const run = named.map((match) => String(match[1])).filter((name) => name !== 'ci')
  assert.deepEqual(missingIn(Object.keys(manifest.scripts), run), [])
  // `npx gem-ats-sync` is what people type instead of the script of that name.
  assert.deepEqual(missingIn([...run, 'gem-ats-sync'], Object.keys(manifest.scripts)), [])
})

test('commands and options of gem-ats-sync that the README names are in its help', () => {
  const calls = code.flatMap(callsIn)
  assert.ok(calls.length > 10)
  assert.deepEqual(
    calls.flatMap((call) => problemsOf(call)),
    [],
  )
})

test('every command of gem-ats-sync is in the README', () => {
  const called = code.flatMap(callsIn).map((call) => find(call).path)
  assert.deepEqual(missingIn(called, leaves(createProgram())), [])
})

test('variables that the README and docs/environment.md name are read, and all that are read are on that page', () => {
  const environment = readFileSync(new URL('docs/environment.md', root), 'utf8')
  const named = [...`${readme}${environment}`.matchAll(/\bGEM_ATS_SYNC_[A-Z_]*[A-Z]\b/g)].map(
    ([name]) => name,
  )
  assert.deepEqual(missingIn(variableNames, named), [])
  const documented = firstCells('Variables', environment).join(' ')
  assert.deepEqual(
    [...variableNames, ...embeddedVariables()].filter((name) => !documented.includes(`\`${name}\``)),
    [],
  )
})

test("the README's example of doctor has its checks in their order, and counts them right", () => {
  const lines = sectionOf(readme, 'Operating').match(/^(ok|warn|fail|skipped) +\S.*$/gm) ?? []
  assert.deepEqual(
    lines.map((line) => /^\w+ +(.*?) {2}/.exec(line)?.[1]),
    checksFor({ gem: null }).map(({ name }) => name),
  )
  const count = (state: string) => lines.filter((line) => line.startsWith(`${state} `)).length
  const sum = `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed, ${count('skipped')} skipped`
  assert.ok(readme.includes(`\n${sum}\n`), sum)
})

test("the README's table of settings has exactly the settings there are", () => {
  const documented = firstCells('Settings').map((cell) => cell.replaceAll('`', ''))
  assert.deepEqual(documented.slice().sort(), settingKeys.slice().sort())
})

test('settings that the README uses elsewhere exist', () => {
  const named = [...readme.matchAll(/\b(?:schedule|rate|paging|deletions|retention)\.[a-z]\w*/gi)]
  const assigned = code
    .flatMap(callsIn)
    .flatMap((call) => [...call.matchAll(/(?<= '?)([a-zA-Z.]+)=/g)].map((match) => match[1]))
  assert.deepEqual(missingIn(settingKeys, [...named.map(([name]) => name), ...assigned]), [])
})

test('docs/tables.md has the columns of all ten tables, in their order', () => {
  const tables = [...Object.keys(models), ...Object.keys(joinTables)] as (MainTable | JoinTable)[]
  const text = readFileSync(new URL('docs/tables.md', root), 'utf8')
  assert.deepEqual(
    [...text.matchAll(/^## ats\.(\w+)$/gm)].map((match) => match[1]),
    tables,
  )
  for (const table of tables) {
    const documented = firstCells(`ats.${table}`, text).map((cell) => cell.replaceAll('`', ''))
    assert.deepEqual(
      documented,
      columnsOf(table).map(({ name }) => name),
      table,
    )
  }
})

test('files that the README runs or links below docs exist', () => {
  const run = code.flatMap((line) => [...line.matchAll(/\b(?:node|test --) ((?:src|test)\/\S+)/g)])
  const linked = [...readme.matchAll(/\]\((docs\/[^)#]*)/g)]
  const paths = [...run, ...linked].map((match) => String(match[1]).replace(/`$/, ''))
  assert.ok(paths.length > 2)
  assert.deepEqual(
    paths.filter((path) => !existsSync(fileURLToPath(new URL(path, root)))),
    [],
  )
})

/** Lines of code blocks, continued ones joined, and code spans. */
function codeOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```\w*\n(.*?)^```$/gms)].map((match) => String(match[1]))
  const prose = markdown.replace(/^```.*?^```$/gms, '')
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => String(match[1]))
  return [...blocks.flatMap((block) => block.replaceAll('\\\n', ' ').split('\n')), ...spans]
}

/** Arguments of each call of gem-ats-sync in a line, up to a comment, a pipe or a redirection. */
function callsIn(line: string): string[] {
  const call = /(?:^\s*|npx |worker )gem-ats-sync (?!contributors)([^#|<>]+)/g
  return [...line.matchAll(call)].map((match) => String(match[1]).trim())
}

function problemsOf(call: string): string[] {
  const { command, path, rest } = find(call)
  const known = command.options.flatMap(({ long }) => (long ? [long] : []))
  const options = rest.filter((word) => word.startsWith('--'))
  const problems = missingIn([...known, '--help'], options).map((option) => `${path} has no ${option}`)
  return command.commands.length > 0 && rest.length > 0 ? [`${path} has no command ${rest[0]}`] : problems
}

/** The command that a call names, and the words after its name. */
function find(call: string): { command: Command; path: string; rest: string[] } {
  let command = createProgram()
  const rest = call.split(/\s+/)
  const path: string[] = []
  for (;;) {
    const next = command.commands.find((child) => child.name() === rest[0])
    if (next === undefined) return { command, path: path.join(' '), rest }
    command = next
    path.push(String(rest.shift()))
  }
}

function leaves(command: Command, path: readonly string[] = []): string[] {
  if (command.commands.length === 0) return [path.join(' ')]
  const shown = command.createHelp().visibleCommands(command)
  return shown
    .filter((child) => child.name() !== 'help')
    .flatMap((child) => leaves(child, [...path, child.name()]))
}

/** What src/embedded/environment.ts looks at, but for the system's own. */
function embeddedVariables(): string[] {
  const asked = new Set<string>()
  const spy = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get: (_, name) => {
        asked.add(String(name))
        return undefined
      },
    },
  )
  readEnvironment(spy)
  asked.delete('PATH')
  return [...asked]
}

/** First cells of the rows of the first table after a heading, the table's head left out. */
function firstCells(heading: string, text = readme): string[] {
  return firstTable(sectionOf(text, heading)).map(([cell = '']) => cell)
}

function missingIn(
  there: readonly string[],
  wanted: readonly (string | undefined)[],
): (string | undefined)[] {
  return wanted.filter((name) => name === undefined || !there.includes(name))
}
