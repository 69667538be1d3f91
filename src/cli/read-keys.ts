import type { Keys } from '../accounts/account-store.ts'
import { readSecrets } from './read-lines.ts'

/** Asks for the API key and, if wanted, for the application secret after it. */
export async function readKeys({ withApplicationSecret = false }): Promise<Keys> {
  const names = withApplicationSecret ? ['API key', 'application secret'] : ['API key']
  const [apiKey = '', applicationSecret = null] = await readSecrets(names)
  return { apiKey, applicationSecret }
}
