import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse, parseAllDocuments } from 'yaml'

const root = new URL('../../', import.meta.url)

/** The path of a file of the checkout. */
export const pathOf = (file: string): string => fileURLToPath(new URL(file, root))

export const textOf = (file: string): string => readFileSync(new URL(file, root), 'utf8')

// Compose merges `<<` as YAML 1.1 did.
export const yamlOf = <T>(file: string): T => parse(textOf(file), { merge: true }) as T

export const yamlDocumentsOf = <T>(file: string): T[] =>
  parseAllDocuments(textOf(file)).map((document) => document.toJS() as T)
