// Spans by OTLP over HTTP. A run has one trace, whatever process works on it and however often it waits or is begun again: its trace id
// and the id of its own span are made from its id, so that each process can hang its spans there before that span exists.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import {
  type Context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import { toFault } from '../errors.ts'
import type { Run } from '../run/run.ts'
import type { Attributes, SpanStart, Spans } from './spans.ts'

export interface OtlpSpansOptions {
  /** `http://collector:4318`, without the path of a signal. */
  endpoint: string
  headers: Record<string, string>
  version: string
  log: Logger
}

/** For one request to the collector, and for what is left when the process stops. */
const timeoutMs = 5_000

export function createOtlpSpans(options: OtlpSpansOptions): Spans {
  const ids = new RunIds()
  const provider = openProvider(options, ids)
  const tracer = provider.getTracer('draftsmith', options.version)
  const open = new AsyncLocalStorage<Context>()
  return {
    traceOf: (runId) => idsOf(runId).traceId,
    ofRun: (runId, work) => open.run(trace.setSpanContext(ROOT_CONTEXT, spanContextOf(runId)), work),
    around(start, work) {
      const parent = open.getStore()
      return parent === undefined ? work(() => {}) : within(start, { tracer, parent, open, work })
    },
    ended: (run) => ids.as(run.id, () => tellRun(tracer, run)),
    async close() {
      await provider.shutdown().catch((err: unknown) => options.log.warn({ err }, 'traces could not be handed over'))
    },
  }
}

function openProvider({ endpoint, headers, version, log }: OtlpSpansOptions, idGenerator: RunIds): TracerProvider {
  const warn = (message: string) => log.warn({ part: 'traces' }, message)
  const silent = () => {}
  diag.setLogger({ error: warn, warn, info: silent, debug: silent, verbose: silent }, DiagLogLevel.WARN)
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: timeoutMs })
  return new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'draftsmith', 'service.version': version }),
    sampler: new AlwaysOnSampler(),
    idGenerator,
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: timeoutMs })],
  })
}

interface Around<T> {
  tracer: Tracer
  parent: Context
  open: AsyncLocalStorage<Context>
  work: (tell: (attributes: Attributes) => void) => Promise<T>
}

async function within<T>(start: SpanStart, { tracer, parent, open, work }: Around<T>): Promise<T> {
  const { name, outgoing, attributes } = start
  const kind = outgoing ? SpanKind.CLIENT : SpanKind.INTERNAL
  const span = tracer.startSpan(name, { kind, attributes }, parent)
  try {
    return await open.run(trace.setSpan(parent, span), () => work((told) => span.setAttributes(told)))
  } catch (thrown) {
    markFailed(span, thrown)
    throw thrown
  } finally {
    span.end()
  }
}

/** By its code alone: a message can hold what a repository or a model said. */
function markFailed(span: Span, thrown: unknown): void {
  const { code } = toFault(thrown)
  span.setAttribute('error.type', code)
  span.setStatus({ code: SpanStatusCode.ERROR, message: code })
}

function tellRun(tracer: Tracer, run: Run): void {
  const { source, wants } = run.task
  const attributes: Attributes = {
    'draftsmith.run.id': run.id,
    'draftsmith.run.attempt': run.attempt,
    'draftsmith.run.outcome': run.outcome?.kind,
    'draftsmith.task': wants ?? 'change',
    ...(source.kind === 'github_issue' && {
      'vcs.owner.name': source.owner,
      'vcs.repository.name': source.repo,
      'draftsmith.issue': source.number,
    }),
  }
  const span = tracer.startSpan('run', { root: true, startTime: run.createdAt, attributes })
  if (run.outcome?.kind === 'failed') {
    span.setAttribute('error.type', run.outcome.code)
    span.setStatus({ code: SpanStatusCode.ERROR, message: run.outcome.code })
  }
  span.end(run.endedAt)
}

/** Random ids, but for the one span whose ids everybody has to know. */
class RunIds implements IdGenerator {
  readonly #random = new RandomIdGenerator()
  #given: { traceId: string; spanId: string } | undefined

  /** `start` begins the span of the run, and is through when it returns. */
  as(runId: string, start: () => void): void {
    this.#given = idsOf(runId)
    try {
      start()
    } finally {
      this.#given = undefined
    }
  }

  generateTraceId(): string {
    return this.#given?.traceId ?? this.#random.generateTraceId()
  }

  generateSpanId(): string {
    return this.#given?.spanId ?? this.#random.generateSpanId()
  }
}

function idsOf(runId: string): { traceId: string; spanId: string } {
  const digits = createHash('sha256').update(`draftsmith run ${runId}`).digest('hex')
  return { traceId: digits.slice(0, 32), spanId: digits.slice(32, 48) }
}

function spanContextOf(runId: string) {
  return { ...idsOf(runId), traceFlags: TraceFlags.SAMPLED }
}
