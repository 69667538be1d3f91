/** OpenTelemetry's SDK; imported only where traces are sent. */
import { context } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  type IdGenerator,
  NodeTracerProvider,
  RandomIdGenerator,
} from '@opentelemetry/sdk-trace-node'
import manifest from '../../package.json' with { type: 'json' }
import { idsOfRun } from '../tracing.ts'

/**
 * Sends spans to where OpenTelemetry's own variables say (OTEL_EXPORTER_OTLP_ENDPOINT, …_HEADERS, OTEL_SERVICE_NAME,
 * OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER). What cannot be sent is dropped: work never waits for it.
 */
export function startTracing(): AsyncDisposable {
  const own = { 'service.name': manifest.name, 'service.version': manifest.version }
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes(own))
      .merge(detectResources({ detectors: [envDetector] })),
    idGenerator: runIds,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  provider.register()
  return { [Symbol.asyncDispose]: () => provider.shutdown() }
}

/** A run's own span has the ids that those below it, on any worker, took for their parent's. */
const random = new RandomIdGenerator()
const runIds: IdGenerator = {
  generateTraceId: () => idsOfRun(context.active())?.traceId ?? random.generateTraceId(),
  generateSpanId: () => idsOfRun(context.active())?.spanId ?? random.generateSpanId(),
}
