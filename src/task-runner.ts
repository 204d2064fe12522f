// Builds the context of a run around the spine, keeps its time limit, and says the last word to people.
import type { Logger } from 'pino'
import { Fault, toFault } from './errors.ts'
import type { Charge, Model } from './model/model.ts'
import type { Ceilings, Policy } from './policy/policy.ts'
import type { StatusView } from './render/status-view.ts'
import { reportReadiness } from './report-readiness.ts'
import { lastWordStage } from './run/last-word.ts'
import type { ClaimedRun, StageKey } from './run/ledger.ts'
import type { Outcome } from './run/outcome.ts'
import type { Question, Waiting } from './run/question.ts'
import { recordFormat } from './run/record-format.ts'
import type { Pause } from './run/tries.ts'
import type { RunContext } from './run-context.ts'
import { runTask } from './run-task.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import { recordedInspection } from './task/screen-stage.ts'
import type { TaskHost } from './task/task-host.ts'
import { noSpans } from './trace/no-spans.ts'
import { Progress } from './trace/progress.ts'
import type { Spans } from './trace/spans.ts'
import type { WatchStage } from './trace/watch-stage.ts'
import type { Workspaces } from './workspace/workspace.ts'

export interface TaskRunnerOptions {
  host(claimed: ClaimedRun): TaskHost
  workspaces: Workspaces
  sandbox(policy: Policy): Sandbox
  /** Package registries that stand for the public ones in this deployment. */
  registries?: RunContext['registries']
  dependencies?: RunContext['dependencies']
  ceilings: Ceilings
  model(claimed: ClaimedRun, policy: Policy): Model
  /** Warnings that belong into every report. */
  notes: string[]
  log: Logger
  now(): Date
  allowAtOnce?: RunContext['allowAtOnce']
  /** None when left out. */
  spans?: Pick<Spans, 'traceOf' | 'ofRun'>
  watchStage?: WatchStage
  /** How often a stage that lasts shows that it goes on; a minute when left out. */
  heartbeatMs?: number
}

export interface TaskRunner {
  /** Throws what the spine throws. `signal` as the worker gives it. */
  execute(claimed: ClaimedRun, signal: AbortSignal): Promise<Outcome | Waiting>
  /** Shows what is asked, and how to answer. Throws `infrastructure` where people could not be told. */
  ask(claimed: ClaimedRun, question: Question): Promise<void>
  /**
   * Keeps how the run ended, and shows it, also when it was thrown out of the spine. Called before it is settled.
   * False where people could not be told, and may be later: then it is called again, also by another process. Throws `fenced` alone.
   */
  announce(claimed: ClaimedRun, outcome: Outcome): Promise<boolean>
  /** How an earlier claim ended that was announced in vain. */
  ended(claimed: ClaimedRun): Promise<Outcome | undefined>
  /** Shows that the run waits for its next try, why, and until when. Never throws. */
  pause(claimed: ClaimedRun, because: Fault, pause: Pause): Promise<void>
}

/** What is told of a run, kept from `execute` to `announce`. */
interface Telling {
  host: TaskHost
  progress: Progress
}

export function createTaskRunner(options: TaskRunnerOptions): TaskRunner {
  // By the claim itself: one that is never announced, since another attempt follows, is forgotten with it.
  const tellings = new WeakMap<ClaimedRun, Telling>()

  const tellingOf = (claimed: ClaimedRun): Telling => {
    const known = tellings.get(claimed) ?? openTelling(options, claimed)
    tellings.set(claimed, known)
    return known
  }

  return {
    async execute(claimed, signal) {
      const deadline = createDeadline(claimed.run.workedMs)
      const telling = tellingOf(claimed)
      telling.host.endWith?.(signal)
      await recallSteps(claimed, telling.progress)
      const heart = startHeart(telling.progress, options.heartbeatMs)
      try {
        const flow = claimed.run.task.wants === 'readiness' ? reportReadiness : runTask
        const context = contextOf(options, { ...telling, claimed, signal, deadline })
        return await (options.spans ?? noSpans).ofRun(claimed.run.id, () => flow(context))
      } catch (thrown) {
        // Nobody may come to say a last word: another worker has taken over, or this process ends.
        if (signal.aborted) await telling.host.release?.()
        // Whatever broke because of the stop, a command or a call, the reason of the stop is what happened.
        signal.throwIfAborted()
        throw thrown
      } finally {
        deadline.clear()
        await heart.stop()
        // How it ended is told all the same.
        telling.host.endWith?.(undefined)
      }
    },
    async ask(claimed, question) {
      const { host, progress } = tellingOf(claimed)
      await claimed.writeStage(stepsKey(claimed.answers.length), progress.view.stages)
      await progress.asked(question)
      await host.flush()
      await host.call?.(claimed.run, question)
      await host.release?.()
    },
    async announce(claimed, outcome) {
      try {
        const known = tellings.has(claimed) || !ownFormat(claimed) ? undefined : await readLastWord(claimed)
        await sayLastWord(claimed, { ...tellingOf(claimed), outcome, known })
        return true
      } catch (thrown) {
        const fault = toFault(thrown)
        if (fault.class === 'fenced') throw fault
        options.log.error({ runId: claimed.run.id, err: thrown }, 'how the run ended could not be told')
        return false
      } finally {
        await tellings.get(claimed)?.host.release?.()
      }
    },
    ended: async (claimed) => (await readLastWord(claimed))?.outcome,
    async pause(claimed, because, { ms, away }) {
      const { host, progress } = tellingOf(claimed)
      const after = (time: number) => new Date(options.now().getTime() + time).toISOString()
      const waitsFor = away && { who: away.who, until: after(away.forMs) }
      try {
        await progress.paused({ reason: because.message, by: after(ms), ...(waitsFor && { waitsFor }) })
        await host.flush()
      } catch (thrown) {
        options.log.warn({ runId: claimed.run.id, err: thrown }, 'that the run waits could not be told')
      }
      await host.release?.()
    },
  }
}

/** Shows signs of life, one at a time; once it is stopped none is under way, so that none comes after the last word. */
function startHeart(progress: Progress, everyMs = 60_000): { stop(): Promise<void> } {
  let beat: Promise<void> | undefined
  const timer = setInterval(() => {
    beat ??= progress.alive().finally(() => {
      beat = undefined
    })
  }, everyMs)
  return {
    async stop() {
      clearInterval(timer)
      await beat
    },
  }
}

/** The steps as they were told when the run began to wait, by the number of answers so far. */
function stepsKey(answers: number): StageKey {
  return { stage: 'told_steps', round: answers, inputHash: '' }
}

async function recallSteps(claimed: ClaimedRun, progress: Progress): Promise<void> {
  const last = claimed.answers.at(-1)
  if (last === undefined) return
  const steps = (await claimed.readStage(stepsKey(claimed.answers.length - 1))) as StatusView['stages'] | undefined
  progress.recall({ stages: steps ?? [], answeredBy: last.by })
}

/** What people are shown at the end: another process can say it, although it has not seen the run. */
const lastWordKey: StageKey = { stage: lastWordStage, round: 0, inputHash: '' }

/** What another version kept to be shown is told anew, in this one's words. */
function ownFormat({ run }: ClaimedRun): boolean {
  return run.recordFormat === recordFormat
}

async function readLastWord(claimed: ClaimedRun): Promise<StatusView | undefined> {
  return (await claimed.readStage(lastWordKey)) as StatusView | undefined
}

interface LastWord extends Telling {
  outcome: Outcome
  /** As it was announced in vain. */
  known: StatusView | undefined
}

/** Kept before anybody outside is asked whether people may be told. */
async function sayLastWord(claimed: ClaimedRun, { host, progress, outcome, known }: LastWord): Promise<void> {
  if (known === undefined) {
    await progress.settled(outcome)
    await claimed.writeStage(lastWordKey, progress.view)
  }
  if (!(await wasTold(claimed)) && !(await host.mayBeTold?.(claimed.run.task))) return
  await host.show(known ?? progress.view)
  await host.flush()
}

function openTelling(options: TaskRunnerOptions, claimed: ClaimedRun): Telling {
  const host = options.host(claimed)
  const { source, removed } = claimed.run.task
  const progress = new Progress({
    runId: claimed.run.id,
    maxUsd: options.ceilings.limits.usd,
    ...(source.kind === 'github_issue' && { issue: source.number }),
    traceId: options.spans?.traceOf(claimed.run.id),
    ignored: removed.map(({ kind, count, sample }) => `${count} × ${kind}: ${sample}`),
    now: options.now,
    show: (view) => host.show(view),
    spent: () => spentSoFar(claimed, options.log),
  })
  for (const note of options.notes) progress.note(note)
  return { host, progress }
}

/** An earlier attempt may have begun to tell people, and this one may have ended before its first stage. Else permission is asked anew: the look at the issue itself may be what failed. */
async function wasTold(claimed: ClaimedRun): Promise<boolean> {
  const inspection = await recordedInspection(claimed)
  return inspection !== undefined && inspection.kind !== 'silent'
}

/** Telling how a run stands must not end it: where the ledger does not answer, the last words go out without figures. */
async function spentSoFar(claimed: ClaimedRun, log: Logger): Promise<Charge> {
  try {
    return await claimed.modelCalls.spent()
  } catch (thrown) {
    log.warn({ runId: claimed.run.id, err: thrown }, 'the cost so far could not be read')
    return {
      tokens: 0,
      usd: undefined,
      calls: 0,
      usage: { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 },
    }
  }
}

/** The run's own time: editing and paid calls end with it; what there is then is verified and kept. Waits for people do not count. */
function createDeadline(workedMs: number): { signal: AbortSignal; set(minutes: number): void; clear(): void } {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const clear = () => clearTimeout(timer)
  const set = (minutes: number) => {
    clear()
    const fault = new Fault('budget_spent', 'deadline', `The run took longer than ${minutes} minutes.`)
    timer = setTimeout(() => controller.abort(fault), Math.max(0, minutes * 60_000 - workedMs))
  }
  return { signal: controller.signal, set, clear }
}

interface ContextParts extends Telling {
  claimed: ClaimedRun
  signal: AbortSignal
  deadline: ReturnType<typeof createDeadline>
}

function contextOf(
  options: TaskRunnerOptions,
  { claimed, host, progress, signal, deadline }: ContextParts,
): RunContext {
  const { workspaces, sandbox, registries, dependencies, allowAtOnce, ceilings, watchStage, now } = options
  const log = options.log.child({ runId: claimed.run.id })
  let model: Model | undefined
  return {
    claimed,
    host,
    workspaces,
    sandbox,
    registries,
    dependencies,
    allowAtOnce,
    ceilings,
    progress,
    watchStage,
    log,
    now,
    signal,
    deadline: deadline.signal,
    limitTime: deadline.set,
    model: (policy) => {
      model ??= options.model(claimed, policy)
      return model
    },
  }
}
