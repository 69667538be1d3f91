import { readdirSync, readFileSync } from 'node:fs'

export interface DocumentedPage {
  /** Path from the root of the project. */
  readonly page: string
  readonly markdown: string
}

const root = new URL('../../', import.meta.url)

/** The README and the pages below docs. */
export function documentedPages(): DocumentedPage[] {
  const names = readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md'))
  const paths = ['README.md', ...names.map((name) => `docs/${name}`)]
  return paths.map((page) => ({ page, markdown: readFileSync(new URL(page, root), 'utf8') }))
}

/** What stands before a block that no test runs, with the reason. */
const NOT_RUN = /<!-- not run: \S.* -->\n$/

/** The code blocks of a page in one language, but for those that are marked. */
export function blocksOf(language: 'sh' | 'sql', markdown: string): string[] {
  const blocks = [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))]
  return blocks.filter(({ index }) => !NOT_RUN.test(markdown.slice(0, index))).map(([, block = '']) => block)
}
