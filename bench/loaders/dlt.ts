/** dlt, the loader that data engineers know best: installed from PyPI into a folder of its own when it is asked for. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, wrap } from '../child.ts'
import { rawLists } from './raw-tables.ts'

const version = '1.31.0'
const home = join(homedir(), '.cache', 'gem-ats-sync', `bench-dlt-${version}`)

export function startDlt(source: { url: string; apiKey: string }, databaseUrl: string): Child {
  const python = join(home, 'bin', 'python')
  if (!existsSync(python)) {
    execFileSync('python3', ['-m', 'venv', home], { stdio: 'inherit' })
    execFileSync(join(home, 'bin', 'pip'), ['install', '--quiet', `dlt[postgres]==${version}`], {
      stdio: 'inherit',
    })
  }
  const lists = rawLists.map(({ table, query }) => ({ table: table.replace('raw.', ''), url: query }))
  const script = join(import.meta.dirname, 'dlt_load.py')
  const folder = mkdtempSync(join(tmpdir(), 'gem-ats-sync-dlt-'))
  const args = [script, source.url, source.apiKey, databaseUrl, folder, JSON.stringify(lists)]
  return wrap(spawn(python, args, { stdio: ['pipe', 'pipe', 'inherit'], cwd: folder }), 'dlt')
}
