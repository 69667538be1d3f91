import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import protobuf from 'protobufjs'

export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty: it is a trace's root. */
  readonly parentId: string
  readonly name: string
  readonly seconds: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly error: string | null
}

export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string
  readonly spans: readonly ReceivedSpan[]
  /** Of whoever sent them, without what differs from machine to machine. */
  readonly services: ReadonlySet<unknown>
  /** All that came in, as text. */
  text(): string
}

/** The part of OTLP's schema that is looked at here. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5;
    fixed64 start = 7; fixed64 end = 8; repeated KeyValue attributes = 9; Status status = 15;
  }
  message Status { string message = 2; int32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value { string text = 1; bool flag = 2; int64 whole = 3; double number = 4; } }
`)
const Request = root.lookupType('Request')

interface Attribute {
  readonly key: string
  readonly value: { readonly text?: string; readonly whole?: number; readonly number?: number }
}
interface SentSpan {
  readonly traceId: Uint8Array
  readonly spanId: Uint8Array
  readonly parentSpanId?: Uint8Array
  readonly name: string
  readonly start: number
  readonly end: number
  readonly attributes?: readonly Attribute[]
  readonly status?: { readonly message?: string; readonly code?: number }
}
interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[]
  }[]
}

/** A collector of traces, as OpenTelemetry's exporters send them: OTLP over HTTP, in protobuf. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const services = new Set<unknown>()
  const bodies: Buffer[] = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    response.writeHead(request.url === '/v1/traces' ? 200 : 404).end()
    bodies.push(body)
    const { resourceSpans } = Request.toObject(Request.decode(body), { longs: Number }) as Sent
    for (const { resource, scopeSpans } of resourceSpans) {
      services.add(valuesOf(resource.attributes)['service.name'])
      spans.push(...scopeSpans.flatMap((scope) => scope.spans.map(spanOf)))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    services,
    text: () => Buffer.concat(bodies).toString('utf8'),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex')

const valuesOf = (attributes: readonly Attribute[] = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.text ?? value.whole ?? value.number]))

const spanOf = ({ traceId, spanId, parentSpanId, name, start, end, attributes, status }: SentSpan) => ({
  traceId: hex(traceId),
  spanId: hex(spanId),
  parentId: hex(parentSpanId),
  name,
  seconds: (end - start) / 1e9,
  attributes: valuesOf(attributes),
  error: status?.code === 2 ? (status.message ?? '') : null,
})
