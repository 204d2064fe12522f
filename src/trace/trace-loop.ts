// Every reply and every tool call of a loop as an event of the run, for `draftsmith show --trace`.
import type { LoopEvent } from '../agent/loop.ts'
import type { RunContext } from '../run-context.ts'
import { createLateWrites } from './late-writes.ts'
import { redactData } from './redaction.ts'

export interface LoopTrace {
  onEvent(event: LoopEvent): void
  /** Waits until all events are written; throws what the ledger throws. */
  flushed(): Promise<void>
}

/** `role` names the loop in the events. */
export function traceLoop(run: RunContext, role: string): LoopTrace {
  const events = createLateWrites(({ kind, data }: { kind: string; data: Record<string, unknown> }) =>
    run.claimed.event(kind, data),
  )
  return {
    onEvent(event) {
      if (event.kind === 'tool_failed') run.log.warn({ role, tool: event.name, err: event.error }, 'a tool failed')
      const { kind, ...data } = event
      const told = kind === 'tool_failed' ? { name: event.name } : data
      events.add({ kind: `${role}.${kind}`, data: redactData(told) })
    },
    flushed: events.written,
  }
}
