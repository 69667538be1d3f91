import { LOOPBACK } from '../../src/embedded/ports.ts'

export interface ClusterPorts {
  /** Of the frontend's gRPC service: what clients know. */
  readonly frontend: number
  /** Of history, matching and worker. */
  readonly others: readonly [number, number, number]
  /** By which the four services find each other. */
  readonly memberships: readonly [number, number, number, number]
}

/** The server's configuration; JSON is YAML. @param postgresUrl as superuser */
export function clusterConfig(postgresUrl: string, { frontend, others, memberships }: ClusterPorts): string {
  const rpc = (grpcPort: number, membershipPort: number) => ({
    rpc: { grpcPort, membershipPort, bindOnLocalHost: true },
  })
  return JSON.stringify({
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: 4,
      datastores: {
        default: { sql: database(postgresUrl, 'temporal') },
        visibility: { sql: database(postgresUrl, 'temporal_visibility') },
      },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: LOOPBACK } },
    services: {
      frontend: rpc(frontend, memberships[0]),
      history: rpc(others[0], memberships[1]),
      matching: rpc(others[1], memberships[2]),
      worker: rpc(others[2], memberships[3]),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `${LOOPBACK}:${frontend}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    publicClient: { hostPort: `${LOOPBACK}:${frontend}` },
  })
}

function database(postgresUrl: string, databaseName: string) {
  const { host, username, password } = new URL(postgresUrl)
  return {
    pluginName: 'postgres12',
    databaseName,
    connectAddr: host,
    connectProtocol: 'tcp',
    user: username,
    password: decodeURIComponent(password),
    maxConns: 20,
    maxIdleConns: 20,
    maxConnLifetime: '1h',
  }
}
