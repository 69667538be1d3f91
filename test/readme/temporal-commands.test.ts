/** Commands of the temporal CLI that no test runs, since they need another place, are at least such that it knows them. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { testStack } from '../support/stack.ts'
import { documentedPages } from './code-blocks.ts'
import { linesOf } from './shell-blocks.ts'

const run = promisify(execFile)

const commands = documentedPages().flatMap(({ page, markdown }) =>
  [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)]
    .flatMap(([, block = '']) => linesOf(block))
    .flatMap((line) => {
      const [, call] =
        /^(?:.*\btemporal(?:-cli)? (?:-- )?)((?:workflow|worker|operator|batch|task-queue) .*)$/.exec(line) ??
        []
      return call === undefined ? [] : [{ page, call }]
    }),
)

const words = (call: string) => call.split(/ +-/)[0] ?? ''

const helps = new Map<string, Promise<string>>()

function helpOf(command: string): Promise<string> {
  const known = helps.get(command)
  if (known !== undefined) return known
  const help = run(testStack().temporalCli, [...command.split(' '), '--help']).then(({ stdout }) => stdout)
  helps.set(command, help)
  return help
}

describe('commands of the temporal CLI', () => {
  test('are found, in the runbook as well', () => {
    assert.ok(commands.length > 20, `${commands.length}`)
    for (const name of ['reset', 'cancel', 'terminate', 'describe'])
      assert.ok(
        commands.some(({ page, call }) => page === 'docs/runbook.md' && call.startsWith(`workflow ${name} `)),
      )
  })

  for (const { page, call } of commands) {
    test(`${page}: ${call}`, async () => {
      const help = await helpOf(words(call))
      assert.match(help, new RegExp(`^  temporal ${words(call)} \\[`, 'm'))
      const options = call.replaceAll(/'[^']*'/g, '').match(/--[a-z-]+/g) ?? []
      for (const option of options) assert.match(help, new RegExp(`${option}\\b`), option)
    })
  }
})

describe('docs/runbook.md', () => {
  const runbook = documentedPages().find(({ page }) => page === 'docs/runbook.md')?.markdown ?? ''

  test('says of each case how it is seen, what to do, and what that costs', () => {
    const cases = runbook.split('\n## ').slice(1)
    assert.ok(cases.length >= 8)
    for (const text of cases) {
      const parts = [...text.matchAll(/^- \*\*(.+?)\*\*/gm)].map(([, part]) => part)
      assert.deepEqual(parts, ['You see', 'Do', 'It costs'], text.slice(0, 40))
      assert.match(text, /^```sh$/m)
    }
  })
})
