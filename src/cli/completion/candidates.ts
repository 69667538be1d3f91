import type { Command, Option } from 'commander'

/** What may stand where the cursor is. */
export interface Candidate {
  readonly value: string
  readonly description: string
}

/**
 * What may come next, by the program's own commands and options.
 *
 * @param words typed after the program's name; the last is the one at the cursor, and may be empty.
 * @param accounts to offer where the name of an account that exists belongs.
 */
export function candidatesFor(
  program: Command,
  words: readonly string[],
  accounts: readonly string[],
): Candidate[] {
  const typed = words.at(-1) ?? ''
  const { command, rest } = commandOf(program, words.slice(0, -1))
  return possible(command, rest, typed, accounts).filter(({ value }) => value.startsWith(typed))
}

function possible(command: Command, rest: readonly string[], typed: string, accounts: readonly string[]) {
  const last = rest.at(-1)
  const open = command.options.find((option) => takesValue(option) && isNamed(option, last))
  if (open !== undefined) return (open.argChoices ?? []).map((value) => ({ value, description: '' }))
  if (typed.startsWith('-')) return optionsOf(command)
  if (command.commands.length > 0) return subcommandsOf(command)
  if (!takesAccount(command)) return choicesOf(command)
  const given = argumentsIn(command, rest)
  if (given.length > 0 && !takesSeveral(command)) return choicesOf(command)
  return accounts
    .filter((value) => !given.includes(value))
    .map((value) => ({ value, description: 'account' }))
}

const takesSeveral = (command: Command) => command.registeredArguments[0]?.variadic === true

const isNamed = ({ long, short }: Option, word: string | undefined) =>
  word !== undefined && (word === long || word === short)

const takesValue = ({ required, optional }: Option) => required || optional

/** The command that the words name, and the words after its name. */
function commandOf(program: Command, words: readonly string[]): { command: Command; rest: string[] } {
  const rest = [...words]
  let command = program
  for (;;) {
    const next = command.commands.find((child) => child.name() === rest[0])
    if (next === undefined) return { command, rest }
    command = next
    rest.shift()
  }
}

/** Words that are no options and no options' values. */
function argumentsIn(command: Command, rest: readonly string[]): string[] {
  return rest.filter((word, index) => {
    const before = command.options.find((option) => isNamed(option, rest[index - 1]))
    return !word.startsWith('-') && !(before !== undefined && takesValue(before))
  })
}

function optionsOf(command: Command): Candidate[] {
  const options = command.createHelp().visibleOptions(command)
  return options.flatMap(({ long, description }) => (long ? [{ value: long, description }] : []))
}

function subcommandsOf(command: Command): Candidate[] {
  const help = command.createHelp()
  return help
    .visibleCommands(command)
    .map((child) => ({ value: child.name(), description: help.subcommandDescription(child) }))
}

function choicesOf(command: Command): Candidate[] {
  const [first] = command.registeredArguments
  return (first?.argChoices ?? []).map((value) => ({ value, description: '' }))
}

/** Accounts are called `account`, or `name` where the command is about nothing else; `account add` takes a new one. */
function takesAccount(command: Command): boolean {
  const first = command.registeredArguments[0]?.name()
  return command.name() !== 'add' && (first === 'account' || first === 'name')
}
