import type { CodecServerOptions } from '../codec-server/codec-server.ts'
import { UserError } from '../errors.ts'
import { codecKeysOf } from './codec-keys.ts'
import type { Environment } from './environment.ts'

/** This machine alone. */
const usualAddress = { host: '127.0.0.1', port: 8234 }

/** @throws UserError without a key, or without a token: it would give anybody what the codec hides. */
export function codecServerOf(environment: Environment): CodecServerOptions {
  const { variables } = environment
  const keys = codecKeysOf(environment)
  if (keys === null) {
    throw new UserError('There is no codec key; set GEM_ATS_SYNC_CODEC_KEY to the one that the workers have')
  }
  const token = variables.GEM_ATS_SYNC_CODEC_SERVER_TOKEN
  if (token === undefined) {
    throw new UserError(
      'There is no token: set GEM_ATS_SYNC_CODEC_SERVER_TOKEN (openssl rand -hex 32), since whoever asks without one is refused',
    )
  }
  return {
    keys,
    token,
    origin: variables.GEM_ATS_SYNC_CODEC_SERVER_ORIGIN ?? null,
    address: variables.GEM_ATS_SYNC_CODEC_SERVER_ADDRESS ?? usualAddress,
  }
}
