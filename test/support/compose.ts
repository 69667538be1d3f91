import { textOf, yamlOf } from './deploy-files.ts'

export interface Service {
  readonly image: string
  readonly build?: string
  readonly environment?: Readonly<Record<string, string | number>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly restart?: string
  readonly entrypoint?: readonly string[]
  readonly logging?: { readonly driver: string; readonly options: Readonly<Record<string, string>> }
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, null>>
}

export const composeFile = (): ComposeFile => yamlOf<ComposeFile>('docker-compose.yml')

/** A service's environment as Docker would fill it in. @throws if a variable that has to be given is not. */
export function environmentOfService(name: string, given: Record<string, string>): Record<string, string> {
  const fill = (value: string) =>
    value.replace(/\$\{(\w+):([?-])([^}]*)\}/g, (_, variable: string, kind: string, rest: string) => {
      // With a colon before it, an empty value counts as none.
      const found = given[variable] || undefined
      if (found === undefined && kind === '?') throw new Error(`${variable} is not set: ${rest}`)
      return found ?? rest
    })
  const environment = Object.entries(composeFile().services[name]?.environment ?? {})
  return Object.fromEntries(environment.map(([variable, value]) => [variable, fill(String(value))]))
}

/** What the Dockerfile sets. */
export function imageVariables(): Record<string, string> {
  const lines = [...textOf('Dockerfile').matchAll(/^ENV (\w+)=(\S+)$/gm)]
  return Object.fromEntries(lines.map((match) => [String(match[1]), String(match[2])]))
}

/** The arguments of the Dockerfile's last `CMD [...]` line that begins as given. */
export function imageCommand(begin: string): string[] {
  const lines = textOf('Dockerfile')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('CMD ['))
  const line = lines.find((text) => (begin === '' ? text.startsWith('CMD') : text.startsWith(begin)))
  if (line === undefined) throw new Error(`no CMD after ${JSON.stringify(begin)} in the Dockerfile`)
  return JSON.parse(line.trim().slice('CMD '.length)) as string[]
}
