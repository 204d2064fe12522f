// What every stage of one run has at hand. Built by compose.ts, handed down the spine.
import type { Logger } from 'pino'
import type { Model } from './model/model.ts'
import type { Ceilings } from './policy/ceilings.ts'
import type { Policy } from './policy/policy.ts'
import type { ClaimedRun } from './run/ledger.ts'
import type { Outcome } from './run/outcome.ts'
import type { Waiting } from './run/question.ts'
import type { Stage } from './run/run.ts'
import { readRecorded, recorded, type StageRecords } from './run/stage-recorder.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import type { TaskHost } from './task/task-host.ts'
import type { DependencyCache } from './toolchain/dependency-cache.ts'
import type { Progress } from './trace/progress.ts'
import type { WatchStage } from './trace/watch-stage.ts'
import type { Workspaces } from './workspace/workspace.ts'

export interface RunContext {
  readonly claimed: ClaimedRun
  readonly host: TaskHost
  readonly workspaces: Workspaces
  /** The sandbox that deployment and policy agree on. */
  sandbox(policy: Policy): Sandbox
  /** Package registries that stand for the public ones in this deployment. */
  readonly registries?: { npm?: string; pypi?: string } | undefined
  /** What earlier installs have made, on this machine. */
  readonly dependencies?: DependencyCache | undefined
  readonly ceilings: Ceilings
  readonly progress: Progress
  /** Sees what stages work; absent: nobody looks. */
  readonly watchStage?: WatchStage | undefined
  readonly log: Logger
  readonly now: () => Date
  /** Aborts on stop, on shutdown and when the claim is lost: everything ends at once. */
  readonly signal: AbortSignal
  /** Aborts when the run's time is over: editing and paid calls end, what there is is verified and kept. */
  readonly deadline: AbortSignal
  /** Starts the run's time, in minutes of work; what it has worked before a question counts. */
  limitTime(minutes: number): void
  /** How many runs of a repository may be under way at once; absent where there is no queue. */
  allowAtOnce?(repositoryKey: string, runs: number): Promise<void>
  /** The model behind this run's budget, which the policy sets. */
  model(policy: Policy): Model
}

/** A stage either gives its value or ends the run, or leaves it to people; an expected end is no exception. */
export type Ended<T extends Outcome | Waiting = Outcome | Waiting> = { end: T }

export function end<T extends Outcome | Waiting>(how: T): Ended<T> {
  return { end: how }
}

export interface StageWork<T> {
  /** Everything the value depends on. */
  input: unknown
  round?: number
  work(): Promise<T>
  /** One line for the status comment: `12 tests pass, 1 fails already`. */
  note?(value: T): string | undefined
  failed?(value: T): boolean
}

/** What a stage needs of its run. */
export type StageRun = Pick<RunContext, 'progress' | 'log' | 'signal' | 'watchStage'> & {
  readonly claimed: StageRecords
}

/** Runs one stage of the flow: shows that it began, answers from the record or does the work, shows how it ended. */
export async function stage<T>(
  run: StageRun,
  name: Stage,
  { input, round, work, note, failed }: StageWork<T>,
): Promise<T> {
  run.signal.throwIfAborted()
  await run.progress.began(name, isRepeated(name) ? round : 0)
  const isBad = failed ?? ((value: T) => value !== null && typeof value === 'object' && 'end' in value)
  let worked = false
  const watched = () => {
    worked = true
    return run.watchStage?.({ stage: name, round: round ?? 0, failed: isBad }, work) ?? work()
  }
  const value = await recorded(run.claimed, { stage: name, round, input }, watched)
  const bad = isBad(value)
  await run.progress.ended(name, bad ? 'failed' : 'done', { note: note?.(value), worked })
  run.log.info({ stage: name, round: round ?? 0, failed: bad }, 'stage ended')
  return value
}

/** Their rounds are what was sent back; others count answers of people. */
function isRepeated(name: Stage): boolean {
  return name === 'execute' || name === 'verify' || name === 'judge'
}

/** What a stage of the first round came to in an earlier attempt; undefined when it has no record. */
export async function recordOf<T>(claimed: ClaimedRun, name: Stage, input: unknown): Promise<T | undefined> {
  return (await readRecorded(claimed, { stage: name, input })) as T | undefined
}
