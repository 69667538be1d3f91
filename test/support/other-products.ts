/** A shell that is set up for other products, as people have it: none of it concerns the embedded stack. */
export const otherProducts = {
  ...{ TEMPORAL_ADDRESS: 'prod.tmprl.example:7233', TEMPORAL_NAMESPACE: 'prod', TEMPORAL_PROFILE: 'prod' },
  ...{
    TEMPORAL_API_KEY: 'key',
    TEMPORAL_TLS: 'true',
    TEMPORAL_TLS_CLIENT_CERT_PATH: '/nonexistent/client.pem',
  },
  ...{ TEMPORAL_CONFIG_FILE: '/nonexistent/temporal.toml', TEMPORAL_CODEC_ENDPOINT: 'http://127.0.0.1:9' },
  ...{ TEMPORAL_DEPLOYMENT_NAME: 'half', TEMPORAL_PORT: 'tcp://10.0.0.7:7233', TEMPORAL_ENV: 'prod' },
  ...{ PGHOST: 'db.example', PGPORT: 'tcp://10.0.0.7:5432', PGUSER: 'other', PGPASSWORD: 'other' },
  ...{ PGDATABASE: 'other', PGDATA: '/nonexistent', PGSERVICE: 'other', PGPASSFILE: '/nonexistent' },
  ...{ PGSSLMODE: 'verify-full', PGCLIENT_ENCODING: 'LATIN1', PGTZ: 'Asia/Tokyo', PGAPPNAME: 'other' },
  PGOPTIONS: '-c default_transaction_read_only=on -c search_path=nowhere',
  DATABASE_URL: 'mysql://other:secret@db.example/other',
  ...{ GEM_ATS_SYNC_ENCRYPTION_KEY: 'short', GEM_ATS_SYNC_CODEC_KEY: 'bad', GEM_ATS_SYNC_CODEC_KEYS: 'oops' },
  ...{ GEM_ATS_SYNC_TASK_QUEUE: 'other', GEM_ATS_SYNC_LOG_LEVEL: 'loud', GEM_ATS_SYNC_SHUTDOWN_GRACE: '-1' },
  ...{ GEM_ATS_SYNC_WORKFLOW_BUNDLE: '/nonexistent', GEM_ATS_SYNC_HTTP_ADDRESS: '10.9.9.9:1' },
  ...{ GEM_ATS_SYNC_DATABASE_POOL_SIZE: 'x', OTEL_EXPORTER_OTLP_ENDPOINT: 'not a url' },
  ...{
    HTTP_PROXY: 'http://127.0.0.1:9',
    HTTPS_PROXY: 'http://127.0.0.1:9',
    grpc_proxy: 'http://127.0.0.1:9',
  },
  ...{ http_proxy: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9', ALL_PROXY: 'http://127.0.0.1:9' },
  ...{ NODE_ENV: 'production', GRPC_VERBOSITY: 'DEBUG', GRPC_TRACE: 'all' },
  ...{ GOFLAGS: '-mod=vendor', GOOS: 'plan9', JAVA_TOOL_OPTIONS: '-Xother', LD_LIBRARY_PATH: '/nonexistent' },
}

/** Of the user's own Temporal, in the home folder where Temporal's programs look for it. */
export const temporalToml = `[profile.default]
address = "prod.tmprl.example:7233"
namespace = "prod"
api_key = "key"
[profile.default.tls]
client_cert_path = "/nonexistent/client.pem"
`
