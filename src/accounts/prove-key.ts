import { readProxies } from '../config/proxies.ts'
import {
  CredentialsRefusedError,
  RequestRefusedError,
  TryAgainError,
  UserError,
  WaitError,
} from '../errors.ts'
import type { Proxies } from '../gem/proxy.ts'
import { streams } from '../streams.ts'
import type { Credentials } from './account-store.ts'

/** Somebody sits and waits for the answer. */
const TIMEOUTS = { connect: 5_000, headers: 20_000, body: 10_000, total: 20_000 }

/**
 * Makes one small call to Gem with the keys.
 *
 * @throws UserError that says in one line why they cannot be used.
 */
export async function proveKey(credentials: Credentials, proxies: Proxies = readProxies()): Promise<void> {
  // Loaded only here: commands that make no call to Gem start faster without its HTTP stack.
  const { createGemClient } = await import('../gem/client.ts')
  const client = createGemClient({ ...credentials, timeouts: TIMEOUTS, proxies })
  try {
    await client.fetchPage({ path: streams.users.path, page: 1, perPage: 1, query: {} })
  } catch (error) {
    throw explain(error, new URL(credentials.baseUrl).host)
  } finally {
    await client.close()
  }
}

function explain(error: unknown, host: string): unknown {
  if (!(error instanceof Error)) return error
  const detail = error.message
  if (error instanceof CredentialsRefusedError) {
    return new UserError(
      `Gem at ${host} refuses this key; check it in Gem's settings (API keys) and paste it whole`,
    )
  }
  if (error instanceof WaitError) {
    return new UserError(
      `Gem at ${host} takes no calls at the moment, so the key cannot be checked; try later (${detail})`,
    )
  }
  if (error instanceof RequestRefusedError) {
    return new UserError(`What answers at ${host} is not Gem's API; check the base URL (${detail})`)
  }
  if (error instanceof TryAgainError) {
    return new UserError(
      `Gem at ${host} cannot be reached or gives no usable answer; check the base URL and the network (${detail})`,
    )
  }
  return error
}
