import type { RunState } from './run.ts'

/** Where a run may go from each state. `running` to `running` is a claim after a crash; nothing leaves `ended`. */
const allowed: Record<RunState, readonly RunState[]> = {
  queued: ['running', 'ended'],
  running: ['running', 'queued', 'awaiting_approval', 'awaiting_answer', 'ended'],
  awaiting_approval: ['queued', 'ended'],
  awaiting_answer: ['queued', 'ended'],
  ended: [],
}

/** True when a run may go from one state to the other. */
export function transition(from: RunState, to: RunState): boolean {
  return allowed[from].includes(to)
}

/** The states from which a run may go to this one: what an update names as its expectation. */
export function statesBefore(to: RunState): RunState[] {
  return (Object.keys(allowed) as RunState[]).filter((from) => transition(from, to))
}
