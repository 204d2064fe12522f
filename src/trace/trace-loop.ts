// Every reply and every tool call of a loop as an event of the run, for `draftsmith show --trace`.
import type { LoopEvent } from '../agent/loop.ts'
import type { RunContext } from '../run-context.ts'
import { redactData } from './redaction.ts'

export interface LoopTrace {
  onEvent(event: LoopEvent): void
  /** Waits until all events are written; throws what the ledger throws. */
  flushed(): Promise<void>
}

/** `role` names the loop in the events. */
export function traceLoop(run: RunContext, role: string): LoopTrace {
  let written: Promise<void> = Promise.resolve()
  return {
    onEvent(event) {
      if (event.kind === 'tool_failed') run.log.warn({ role, tool: event.name, err: event.error }, 'a tool failed')
      const { kind, ...data } = event
      written = written.then(() =>
        run.claimed.event(`${role}.${kind}`, redactData(kind === 'tool_failed' ? { name: event.name } : data)),
      )
      // The rejection is told by `flushed`; until then it must not count as unhandled.
      written.catch(() => {})
    },
    flushed: () => written,
  }
}
