import { after } from 'node:test'
import { type MirrorDatabase, type MirrorsOptions, openMirrors } from './mirror.ts'

/** One database for the accounts of a test file, dropped after its tests: to be awaited on top of the file. */
export async function mirrorsOfFile(options: MirrorsOptions = {}): Promise<MirrorDatabase> {
  const mirrors = await openMirrors(options)
  after(() => mirrors[Symbol.asyncDispose]())
  return mirrors
}
