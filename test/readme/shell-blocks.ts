import { blocksOf } from './code-blocks.ts'

/** Commands of the documentation, in their order. */
export interface DocumentedCommand {
  readonly line: string
  readonly page: string
}

/** The commands of a page's shell blocks, but for those that are marked. */
export function commandsOf(page: string, markdown: string): DocumentedCommand[] {
  return blocksOf('sh', markdown)
    .flatMap(linesOf)
    .map((line) => ({ page, line }))
}

/** Continued lines joined, comments left out. */
export function linesOf(block: string): string[] {
  return block
    .replaceAll(/ *\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s+)# .*$/, '').trim())
    .filter((line) => line !== '')
}
