/** Commands of the documentation, in their order. */
export interface DocumentedCommand {
  /** Continued lines joined, comments left out. */
  readonly line: string
  readonly page: string
}

/** What stands before a block that no test runs, with the reason. */
const NOT_RUN = /<!-- not run: \S.* -->\n$/

/** The commands of a page's shell blocks, but for those that are marked. */
export function commandsOf(page: string, markdown: string): DocumentedCommand[] {
  const blocks = [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)]
  return blocks
    .filter(({ index }) => !NOT_RUN.test(markdown.slice(0, index)))
    .flatMap(([, block = '']) => block.replaceAll(/ *\\\n\s*/g, ' ').split('\n'))
    .map((line) => ({ page, line: line.replace(/(^|\s+)# .*$/, '').trim() }))
    .filter(({ line }) => line !== '')
}
