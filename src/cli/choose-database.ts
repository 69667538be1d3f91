/** Which database a command is about, where the shell names one and the embedded stack has another. */
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { forgetOtherVariables } from '../embedded/environment.ts'
import { readStackFile, type StackFile } from '../embedded/stack-file.ts'
import { UserError } from '../errors.ts'

type Choice = 'env' | 'embedded'
type Use = 'reads' | 'writes'

/** For each command that needs a database: the option that says which, and the choice before the command runs. */
export function onDatabase(use: Use, command: Command): Command {
  const which = 'env (DATABASE_URL) or embedded (npm start), where both are there'
  return command
    .addOption(new Option('--database <which>', which).choices(['env', 'embedded'] satisfies Choice[]))
    .hook('preAction', (_, action) => {
      const { database } = action.opts<{ database?: Choice }>()
      chooseDatabase(use, database, (line) => process.stderr.write(`${line}\n`))
    })
}

/**
 * Leaves in this process's environment what is meant. For the embedded stack that is nothing but its own variables: a
 * shell may be set up for another PostgreSQL, which libraries would heed (PGSSLMODE), or another Temporal.
 *
 * @throws UserError if it is not clear what is meant, and the command would write
 */
export function chooseDatabase(use: Use, choice: Choice | undefined, say: (line: string) => void): void {
  const dataDir = resolve(variable('GEM_ATS_SYNC_DATA_DIR') ?? '.data')
  const stack = readStackFile(dataDir)
  const url = variable('DATABASE_URL')
  if (choice === 'env' && url === undefined) {
    throw new UserError('--database env means the one of DATABASE_URL, which is not set')
  }
  if (choice === 'embedded' && stack === null) {
    throw new UserError(
      `--database embedded: none runs on ${dataDir} (GEM_ATS_SYNC_DATA_DIR); start it: npm start`,
    )
  }
  if (choice === 'embedded' || (stack !== null && url === undefined)) {
    forgetOtherVariables()
    return
  }
  if (choice === 'env' || stack === null || url === undefined || isSame(url, stack)) return
  const both = `DATABASE_URL names ${placeOf(url)}, and the embedded stack on ${dataDir} has ${placeOf(stack.databaseUrl)}`
  if (use === 'writes')
    throw new UserError(`${both}: say which is meant by --database env or --database embedded`)
  say(
    `note: ${both}: this reads the former; --database embedded means the latter, --database env leaves out this note`,
  )
}

function variable(name: string): string | undefined {
  return process.env[name]?.trim() || undefined
}

const isSame = (url: string, stack: StackFile): boolean => placeOf(url) === placeOf(stack.databaseUrl)

/** Host, port and database, for messages: never what may belong to a password. */
function placeOf(url: string): string {
  const parts =
    /^postgres(?:ql)?:\/\/(?:[^@/?#\s]*@)?(?<host>[^@:/?#\s]+)(?::(?<port>\d+))?\/(?<name>[\w.-]+)(?:\?[^@#\s]*)?$/
  const { host, port = '5432', name } = parts.exec(url)?.groups ?? {}
  if (host === undefined) return 'a database'
  return `${host === 'localhost' ? '127.0.0.1' : host}:${port}/${name}`
}
