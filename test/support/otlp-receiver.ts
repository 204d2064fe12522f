// A collector of traces: takes OTLP over HTTP in its JSON form, as the specification has it.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  /** OTLP's numbers: 1 internal, 3 client. */
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  /** 2 is an error. */
  status: { code: number; message?: string }
  attributes: Record<string, unknown>
}

export interface OtlpReceiver extends AsyncDisposable {
  url: string
  spans: ReceivedSpan[]
  /** Headers of each request, and attributes of its resource. */
  requests: { headers: Record<string, unknown>; resource: Record<string, unknown> }[]
  /** Whole bodies, to look for what must not stand there. */
  bodies: string[]
}

type Value = { arrayValue?: { values: Value[] } } & Record<string, unknown>
type KeyValue = { key: string; value: Value }

interface Traces {
  resourceSpans: {
    resource: { attributes: KeyValue[] }
    scopeSpans: { spans: (Omit<ReceivedSpan, 'attributes'> & { attributes: KeyValue[] })[] }[]
  }[]
}

export async function startOtlpReceiver({ status = 200 } = {}): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const requests: OtlpReceiver['requests'] = []
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    bodies.push(body)
    if (request.url !== '/v1/traces') return void response.writeHead(404).end()
    for (const { resource, scopeSpans } of (JSON.parse(body) as Traces).resourceSpans) {
      requests.push({ headers: request.headers, resource: plain(resource.attributes) })
      for (const scope of scopeSpans)
        spans.push(...scope.spans.map((span) => ({ ...span, attributes: plain(span.attributes) })))
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    bodies,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function plain(attributes: KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, readValue(value)]))
}

function readValue(value: Value): unknown {
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(readValue)
  return Object.values(value)[0]
}
