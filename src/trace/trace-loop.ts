// Every reply and every tool call of a loop as an event of the run, for `draftsmith show --trace`.
import type { LoopEvent } from '../agent/loop.ts'
import type { RunContext } from '../run-context.ts'
import { redactData } from './redaction.ts'

export interface LoopTrace {
  onEvent(event: LoopEvent): void
  /** Waits until all events are written; throws what the ledger throws. */
  flushed(): Promise<void>
}

/** By then the model has the next request; what stands between its reply and that is waited for. */
const laterMs = 100

/** `role` names the loop in the events. */
export function traceLoop(run: RunContext, role: string): LoopTrace {
  let written: Promise<void> = Promise.resolve()
  let waiting: { kind: string; data: Record<string, unknown> }[] = []
  let later: NodeJS.Timeout | undefined

  function write(): Promise<void> {
    clearTimeout(later)
    later = undefined
    const events = waiting
    waiting = []
    written = written.then(async () => {
      for (const { kind, data } of events) await run.claimed.event(kind, data)
    })
    // The rejection is told by `flushed`; until then it must not count as unhandled.
    written.catch(() => {})
    return written
  }

  return {
    onEvent(event) {
      if (event.kind === 'tool_failed') run.log.warn({ role, tool: event.name, err: event.error }, 'a tool failed')
      const { kind, ...data } = event
      const told = kind === 'tool_failed' ? { name: event.name } : data
      waiting.push({ kind: `${role}.${kind}`, data: redactData(told) })
      later ??= setTimeout(write, laterMs)
    },
    flushed: write,
  }
}
