import type { CodecKeys } from '../codec/codec-keys.ts'
import type { Environment } from './environment.ts'
import { readKeyFile } from './keyring.ts'

/** The keys for histories: GEM_ATS_SYNC_CODEC_KEY, else …_KEY_FILE, and previous ones. Null: there is no codec. */
export function codecKeysOf({ variables }: Environment): CodecKeys | null {
  const { GEM_ATS_SYNC_CODEC_KEY: key, GEM_ATS_SYNC_CODEC_KEY_FILE: file } = variables
  const others = variables.GEM_ATS_SYNC_PREVIOUS_CODEC_KEYS ?? []
  const fromFile = file === undefined ? null : readKeyFile(file, 'GEM_ATS_SYNC_CODEC_KEY_FILE')
  const current = key ?? fromFile
  return current === null && others.length === 0 ? null : { current, others }
}
