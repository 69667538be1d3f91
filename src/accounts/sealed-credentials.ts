import type { Db } from '../database/connect.ts'
import { type Keyring, open, type SealedPlace, seal } from './encryption.ts'

export interface Keys {
  readonly apiKey: string
  /** A partner's second key; null: none. */
  readonly applicationSecret: string | null
}

export interface Credentials extends Keys {
  readonly baseUrl: string
  readonly allowInsecureBaseUrl: boolean
}

export type SealedCredentials = Awaited<
  ReturnType<ReturnType<typeof sealedCredentials>['executeTakeFirstOrThrow']>
>

/** The stored keys as they are, with what a client of Gem needs beside them. */
export function sealedCredentials(db: Db) {
  return db
    .selectFrom('sync.accounts')
    .select(['account', 'base_url', 'allow_insecure_base_url'])
    .select(['encryption_key_id', 'api_key', 'application_secret'])
}

/** @throws UserError if the key that sealed them is not at hand, or they are not what it sealed. */
export function openCredentials(keyring: Keyring, row: SealedCredentials): Credentials {
  const { account, encryption_key_id, api_key, application_secret } = row
  const opened = (field: SealedPlace['field'], sealed: Buffer) =>
    open(keyring, encryption_key_id, { account, field }, sealed)
  return {
    baseUrl: row.base_url,
    allowInsecureBaseUrl: row.allow_insecure_base_url,
    apiKey: opened('api_key', api_key),
    applicationSecret: application_secret === null ? null : opened('application_secret', application_secret),
  }
}

/** Both keys as columns of `sync.accounts`, sealed with the present encryption key. */
export function sealKeys({ current }: Keyring, account: string, { apiKey, applicationSecret }: Keys) {
  return {
    encryption_key_id: current.id,
    api_key: seal(current, { account, field: 'api_key' }, apiKey),
    application_secret:
      applicationSecret === null
        ? null
        : seal(current, { account, field: 'application_secret' }, applicationSecret),
  }
}
