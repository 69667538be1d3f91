import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import manifest from '../../package.json' with { type: 'json' }
import { durationMs } from '../../src/accounts/duration.ts'
import { variableNames } from '../../src/config/variables.ts'
import { readConfig, readEnvironment } from '../../src/config.ts'
import { textOf, yamlDocumentsOf, yamlOf } from '../support/deploy-files.ts'

interface Container {
  readonly image: string
  readonly command?: readonly string[]
  readonly envFrom: readonly {
    readonly secretRef?: { name: string }
    readonly configMapRef?: { name: string }
  }[]
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly resources: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly [probe: `${string}Probe`]: { readonly httpGet: { readonly path: string; readonly port: string } }
}

interface PodSpec {
  readonly containers: readonly [Container]
  readonly securityContext: { readonly runAsNonRoot: boolean }
  readonly automountServiceAccountToken: boolean
  readonly enableServiceLinks: boolean
  readonly topologySpreadConstraints?: readonly {
    readonly topologyKey: string
    readonly whenUnsatisfiable: string
    readonly labelSelector: { readonly matchLabels: Readonly<Record<string, string>> }
  }[]
  readonly terminationGracePeriodSeconds?: number
}

interface Rule {
  readonly ports?: readonly { readonly protocol: string; readonly port: number }[]
  readonly to?: readonly unknown[]
}

interface Resource {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
  readonly stringData?: Readonly<Record<string, string>>
  readonly spec?: {
    readonly replicas?: number
    readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly policyTypes?: readonly string[]
    readonly ingress?: readonly Rule[]
    readonly egress?: readonly Rule[]
    readonly selector?: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly scaleTargetRef?: { readonly name: string }
    readonly template?: {
      readonly metadata?: { readonly labels: Readonly<Record<string, string>> }
      readonly spec: PodSpec
    }
  }
}

const folder = 'deploy/kubernetes'
const { resources, images } = yamlOf<{
  readonly resources: readonly string[]
  readonly images: readonly { readonly name: string; readonly newTag: string }[]
}>(`${folder}/kustomization.yaml`)
const documents = [...resources, 'secret.example.yaml', 'autoscaling.example.yaml'].flatMap((file) =>
  yamlDocumentsOf<Resource>(`${folder}/${file}`),
)
const find = (kind: string, name: string): Resource => {
  const found = documents.find((document) => document.kind === kind && document.metadata.name === name)
  assert.ok(found, `${kind} ${name}`)
  return found
}
const pods = documents.flatMap(({ spec, metadata }) =>
  spec?.template
    ? [{ name: metadata.name, labels: spec.template.metadata?.labels, pod: spec.template.spec }]
    : [],
)
const worker = find('Deployment', 'gem-ats-sync-worker')

/** The variables of a container, from the config map and the secrets that it names. */
function environmentOf({ envFrom }: Container): Record<string, string> {
  return Object.assign(
    {},
    ...envFrom.map(({ secretRef, configMapRef }) =>
      secretRef
        ? find('Secret', secretRef.name).stringData
        : find('ConfigMap', String(configMapRef?.name)).data,
    ),
  ) as Record<string, string>
}

describe('the manifests for Kubernetes', () => {
  test('give the worker an environment that it takes', () => {
    const [container] = worker.spec!.template!.spec.containers
    const key = Buffer.alloc(32).toString('base64')
    const { DATABASE_URL = '', ...others } = environmentOf(container)
    const config = readConfig({
      ...others,
      DATABASE_URL: DATABASE_URL.replace(/<.*>/, 'secret'),
      GEM_ATS_SYNC_ENCRYPTION_KEY: key,
    })
    assert.equal(new URL(config.databaseUrl).username, 'gem_ats_sync_worker')
    assert.equal(config.temporal.connectionOptions.address, 'temporal-frontend.temporal:7233')
    const grace = Number(worker.spec?.template?.spec.terminationGracePeriodSeconds) * 1000
    assert.ok(config.worker.shutdownGraceMs < grace)
    assert.equal(config.worker.shutdownGraceMs, durationMs('30s'))
  })

  test('name variables that exist, in comments as well', () => {
    const known: readonly string[] = [
      ...variableNames,
      'TEMPORAL_ADDRESS',
      'TEMPORAL_NAMESPACE',
      'TEMPORAL_API_KEY',
    ]
    for (const file of [...resources, 'secret.example.yaml', 'autoscaling.example.yaml']) {
      const named =
        textOf(`${folder}/${file}`).match(/\b(?:GEM_ATS_SYNC|TEMPORAL|OTEL|DATABASE)_[A-Z_]+\b/g) ?? []
      assert.deepEqual(
        named.filter((name) => !known.includes(name)),
        [],
        file,
      )
    }
  })

  test('keep the owner of the schemas from the workers', () => {
    const [container] = worker.spec!.template!.spec.containers
    assert.equal('GEM_ATS_SYNC_OWNER_DATABASE_URL' in environmentOf(container), false)
    const migrate = pods.find(({ name }) => name.startsWith('gem-ats-sync-migrate'))
    assert.ok(migrate)
    assert.deepEqual(Object.keys(environmentOf(migrate.pod.containers[0])), [
      'GEM_ATS_SYNC_OWNER_DATABASE_URL',
      'GEM_ATS_SYNC_WORKER_PASSWORD',
    ])
    assert.deepEqual(migrate.pod.containers[0].command, ['gem-ats-sync', 'migrate'])
  })

  test('let nothing run as root, gain rights, or write to its own files', () => {
    assert.equal(pods.length, 2)
    for (const { name, pod } of pods) {
      const [{ securityContext, resources: bounds }] = pod.containers
      assert.deepEqual(
        [pod.securityContext.runAsNonRoot, pod.automountServiceAccountToken, pod.enableServiceLinks],
        [true, false, false],
        name,
      )
      assert.deepEqual(
        securityContext,
        {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        name,
      )
      assert.ok(bounds.requests?.memory && bounds.limits?.memory, name)
    }
    // Kubernetes believes a number only.
    assert.match(textOf('Dockerfile'), /^USER \d+$/m)
  })

  test('ask a worker by the paths and the port that it serves', () => {
    const [container] = worker.spec!.template!.spec.containers
    const asked = (['startupProbe', 'livenessProbe', 'readinessProbe'] as const).map(
      (probe) => container[probe],
    )
    assert.deepEqual(
      asked.map((probe) => [probe?.httpGet.path, probe?.httpGet.port]),
      [
        ['/healthz', 'http'],
        ['/healthz', 'http'],
        ['/readyz', 'http'],
      ],
    )
    assert.deepEqual(container.ports, [{ name: 'http', containerPort: 9464 }])
    assert.match(textOf('Dockerfile'), /^ENV GEM_ATS_SYNC_HTTP_ADDRESS=0\.0\.0\.0:9464$/m)
  })

  test('select the workers that they make', () => {
    const labels = worker.spec?.template?.metadata?.labels
    assert.deepEqual(worker.spec?.selector?.matchLabels, labels)
    const budget = find('PodDisruptionBudget', 'gem-ats-sync-worker')
    assert.deepEqual(budget.spec?.selector?.matchLabels, labels)
    assert.equal(find('ScaledObject', 'gem-ats-sync-worker').spec?.scaleTargetRef?.name, worker.metadata.name)
  })

  test('leave the number of workers to whoever scales them', () => {
    assert.equal(worker.spec?.replicas, undefined)
    assert.doesNotMatch(textOf(`${folder}/kustomization.yaml`), /^replicas:/m)
  })

  test('spread workers over nodes and zones, and start them all the same where that cannot be', () => {
    const { labels } = worker.spec!.template!.metadata!
    const constraints = worker.spec!.template!.spec.topologySpreadConstraints ?? []
    assert.deepEqual(
      constraints.map(({ topologyKey, whenUnsatisfiable, labelSelector }) => [
        topologyKey,
        whenUnsatisfiable,
        labelSelector.matchLabels,
      ]),
      ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((key) => [key, 'ScheduleAnyway', labels]),
    )
  })

  test('let pods reach what their settings name, and be asked for health and metrics alone', () => {
    const ports = (rules: readonly Rule[] = []) =>
      rules
        .flatMap((rule) => rule.ports ?? [{ protocol: 'any', port: 0 }])
        .map(({ protocol, port }) => `${protocol} ${port}`)
        .sort()
    const names = ['TCP 53', 'UDP 53']
    for (const { name, labels, pod } of pods) {
      const policy = documents.find(
        ({ kind, spec }) =>
          kind === 'NetworkPolicy' && isDeepStrictEqual(spec?.podSelector?.matchLabels, labels),
      )
      assert.deepEqual(policy?.spec?.policyTypes, ['Ingress', 'Egress'], name)
      const [container] = pod.containers
      assert.deepEqual(
        ports(policy.spec.ingress),
        (container.ports ?? []).map(({ containerPort }) => `TCP ${containerPort}`),
        name,
      )
      const { DATABASE_URL, GEM_ATS_SYNC_OWNER_DATABASE_URL, TEMPORAL_ADDRESS } = environmentOf(container)
      const servers = [DATABASE_URL, GEM_ATS_SYNC_OWNER_DATABASE_URL, TEMPORAL_ADDRESS].flatMap(
        (place) => /:(\d+)(?:\/|$)/.exec(place ?? '')?.[1] ?? [],
      )
      const gem = TEMPORAL_ADDRESS === undefined ? [] : ['TCP 443']
      const wanted = [...names, ...gem, ...servers.map((port) => `TCP ${port}`)]
      assert.deepEqual(ports(policy.spec.egress), wanted.sort(), name)
    }
  })

  test('have no secret that works without being filled in', () => {
    for (const { metadata, stringData } of documents.filter(({ kind }) => kind === 'Secret')) {
      for (const [name, value] of Object.entries(stringData ?? {}))
        assert.throws(
          () => readEnvironment({ [name]: value }),
          new RegExp(`^UserError: ${name} must be .* placeholder`),
          metadata.name,
        )
    }
  })

  test('are of the version that this is', () => {
    assert.deepEqual(images, [{ name: 'gem-ats-sync', newTag: manifest.version }])
    find('Job', `gem-ats-sync-migrate-${manifest.version.replaceAll('.', '-')}`)
    assert.ok(textOf('docker-compose.yml').includes(`image: gem-ats-sync:${manifest.version}\n`))
  })
})
