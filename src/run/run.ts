import type { Task, TaskIdentity } from '../task/task.ts'
import type { Outcome } from './outcome.ts'
import type { Question } from './question.ts'

/** Where a run can be. `queued` waits for a worker; the two `awaiting_*` wait for a person; `ended` has an outcome. */
export const runStates = ['queued', 'running', 'awaiting_approval', 'awaiting_answer', 'ended'] as const
export type RunState = (typeof runStates)[number]

/** The stages of the flow, in order, as people read them in the status comment. */
export const stages = [
  'screen',
  'normalize',
  'gate',
  'prepare',
  'explore',
  'plan',
  'execute',
  'verify',
  'judge',
  'publish',
] as const
export type Stage = (typeof stages)[number]

/** One attempt at one task. The row of the ledger is the truth; a job holds only the id. */
export interface Run extends TaskIdentity {
  /** `r-` and 10 lower-case letters and digits: short enough to type into a command. */
  id: string
  attempt: number
  task: Task
  state: RunState
  /** Set when `state` is `ended`. */
  outcome: Outcome | undefined
  /** Raised by each claim; a write that names an older one is refused. */
  epoch: number
  /** Draftsmith's version that began the run; that recorded it, until then. */
  version: string
  /** See `record-format.ts`. */
  recordFormat: number
  /** Somebody asked to stop: who and why, in words. */
  cancelReason: string | undefined
  createdAt: Date
  startedAt: Date | undefined
  /** What people are asked; there until it is answered. */
  question: Question | undefined
  /** Milliseconds of work before the last question: while a run waits for people its clock stands still. */
  workedMs: number
  /** How often it was claimed since it last got further, the last claim included; see `tries.ts`. */
  tries: number
  /** Milliseconds for which it has waited since then, between its tries. */
  waitedMs: number
  endedAt: Date | undefined
  /** When its records, model calls, events and artifacts were removed; absent while they are there. */
  clearedAt?: Date
}
