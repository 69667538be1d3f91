/** Writes docs/licences.md anew, after dependencies have changed. */
import { writeFileSync } from 'node:fs'
import { licencesDocument } from './packages.ts'

writeFileSync(new URL('../../docs/licences.md', import.meta.url), licencesDocument())
