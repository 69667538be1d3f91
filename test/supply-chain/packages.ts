/** What the lock file says of the packages that are installed. */
import lock from '../../package-lock.json' with { type: 'json' }

export interface LockedPackage {
  /** Without a folder before it: `@grpc/grpc-js`. */
  readonly name: string
  readonly version: string
  readonly licence: string
  readonly isForProduction: boolean
  readonly hasInstallScript: boolean
  /** Where it comes from; null for what is inside of another package. */
  readonly resolved: string | null
  readonly integrity: string | null
}

interface Entry {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
  readonly resolved?: string
  readonly integrity?: string
  readonly inBundle?: boolean
}

/** Licences that packages state elsewhere than where npm looks. */
const statedElsewhere: Readonly<Record<string, string>> = { unionfs: 'Unlicense' }

export function lockedPackages(): LockedPackage[] {
  const entries = Object.entries(lock.packages as Readonly<Record<string, Entry>>)
  return entries
    .filter(([path]) => path !== '')
    .map(([path, entry]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      return {
        name,
        version: entry.version ?? '',
        licence: entry.license ?? statedElsewhere[name] ?? 'unknown',
        isForProduction: entry.dev !== true,
        hasInstallScript: entry.hasInstallScript === true,
        resolved: entry.resolved ?? null,
        integrity: entry.integrity ?? null,
      }
    })
}

/** `docs/licences.md`. */
export function licencesDocument(): string {
  const production = lockedPackages().filter(({ isForProduction }) => isForProduction)
  const byLicence = Map.groupBy(production, ({ licence }) => licence)
  const rows = [...byLicence]
    .map(([licence, packages]) => [licence, [...new Set(packages.map(({ name }) => name))].sort()] as const)
    .sort(([, one], [, other]) => other.length - one.length || (one[0] ?? '').localeCompare(other[0] ?? ''))
    .map(([licence, names]) => `| ${licence} | ${names.join(', ')} |`)
  return `# Licences of what is installed with it

Packages that \`npm ci --omit=dev\` installs, by their licences; some of them on other systems only.
Written by \`npx node test/supply-chain/write-licences.ts\` from the lock file, and kept true by a test.

| Licence | Packages |
|---|---|
${rows.join('\n')}
`
}
