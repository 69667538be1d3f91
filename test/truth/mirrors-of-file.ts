import { after } from 'node:test'
import { type MirrorDatabase, openMirrors } from './mirror.ts'

/** One database for the accounts of a test file, dropped after its tests: to be awaited on top of the file. */
export async function mirrorsOfFile(): Promise<MirrorDatabase> {
  const mirrors = await openMirrors()
  after(() => mirrors[Symbol.asyncDispose]())
  return mirrors
}
