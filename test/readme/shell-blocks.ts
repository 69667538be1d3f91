import { blocksOf } from './code-blocks.ts'

/** Commands of the documentation, in their order. */
export interface DocumentedCommand {
  /** Continued lines joined, comments left out. */
  readonly line: string
  readonly page: string
}

/** The commands of a page's shell blocks, but for those that are marked. */
export function commandsOf(page: string, markdown: string): DocumentedCommand[] {
  return blocksOf('sh', markdown)
    .flatMap((block) => block.replaceAll(/ *\\\n\s*/g, ' ').split('\n'))
    .map((line) => ({ page, line: line.replace(/(^|\s+)# .*$/, '').trim() }))
    .filter(({ line }) => line !== '')
}
