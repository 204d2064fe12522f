// What of a run is told to whoever collects traces. Types only; the adapters are otlp-spans.ts and no-spans.ts.
import type { Run } from '../run/run.ts'

/** Named as OpenTelemetry's conventions do where they have a name, else `draftsmith.…`. Never content: no prompt, no reply, no output. */
export type Attributes = Record<string, string | number | boolean | string[] | undefined>

export interface SpanStart {
  /** Of few different ones: `stage plan`. */
  name: string
  /** Set for calls that leave this machine. */
  outgoing?: true
  attributes: Attributes
}

export interface Spans {
  /** 32 hexadecimal digits, the same in every process and attempt; undefined where nothing is exported. */
  traceOf(runId: string): string | undefined
  /** Spans that are opened within `work` belong to that run. */
  ofRun<T>(runId: string, work: () => Promise<T>): Promise<T>
  /** A span around `work`, within the one that is open there. Outside of a run there is only the work. What `work` throws marks the span and passes. */
  around<T>(span: SpanStart, work: (tell: (attributes: Attributes) => void) => Promise<T>): Promise<T>
  /** The span that all others of the run stand in, from when it was recorded: told once, when it is over. */
  ended(run: Run): void
  /** Hands over what is left, within some seconds. Never throws. */
  close(): Promise<void>
}
