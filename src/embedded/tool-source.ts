import { UserError } from '../errors.ts'
import { isExecutable } from './on-path.ts'

/** A place that a tool may come from. */
export interface Source {
  readonly name: string
  /** A path that a person set by hand: it is used, or it is an error; nothing else is tried. */
  readonly demanded?: string | undefined
  /** The tool's path; undefined if it is not there; throws if the attempt failed, and says why. */
  provide(): Promise<string | undefined>
}

/**
 * Asks the sources in order and returns the first path there is.
 *
 * @throws {UserError} none has it: lists each with its reason, and the remedies
 */
export async function firstThatWorks(
  tool: string,
  sources: readonly Source[],
  remedies: readonly string[],
): Promise<string> {
  const tried: string[] = []
  for (const source of sources) {
    if (source.demanded !== undefined) return demandedPath(tool, source.name, source.demanded)
    try {
      const path = await source.provide()
      if (path !== undefined) return path
      tried.push(`${source.name}: not there`)
    } catch (error) {
      tried.push(`${source.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const lines = [`${tool} is needed and could not be provided. Tried:`, ...tried.map((line) => `  - ${line}`)]
  throw new UserError([...lines, 'What can be done:', ...remedies.map((line) => `  - ${line}`)].join('\n'))
}

function demandedPath(tool: string, variable: string, path: string): string {
  if (isExecutable(path)) return path
  throw new UserError(
    `${variable} is ${path}, which is not an executable file; it must be the path of ${tool}`,
  )
}
