// The status comment of runs that no worker has: they wait for their turn, were stopped while they waited, or ended unheard.
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { Fault, toFault } from '../errors.ts'
import type { StatusView } from '../render/status-view.ts'
import { lastWordStage } from '../run/last-word.ts'
import type { Ledger } from '../run/ledger.ts'
import type { Queue } from '../run/queue.ts'
import { type Run, stages } from '../run/run.ts'
import type { TaskHost } from '../task/task-host.ts'

export interface WaitingRuns {
  /** Says where in the queue a run is, also one that goes on after an answer, unless a worker takes it meanwhile. Nothing is said to people without write access. */
  tellQueued(run: Run): Promise<void>
  /** For a run that ended in the queue, also after an attempt. Where GitHub does not answer it is tried again for some minutes. */
  tellStopped(run: Run): Promise<void>
  /** For a run that has ended, however it did, unless there is a newer one of its task. Once: throws where GitHub does not answer. */
  tellEnded(run: Run): Promise<void>
}

export interface WaitingRunsOptions {
  ledger: Pick<Ledger, 'find' | 'latest' | 'stages' | 'spent'>
  queue: Pick<Queue, 'position'>
  /** Notes that people know how the run ended, or are not to be told. */
  told(runId: string): Promise<void>
  /** The issue of a run; `fence` is called right before each write. */
  host(run: Run, fence: () => Promise<void>): Pick<Required<TaskHost>, 'mayBeTold' | 'show' | 'flush'>
  /** US dollars. */
  maxUsd: number
  now(): Date
  /** Of a run, where traces are made. */
  traceOf?(runId: string): string | undefined
  /** What a worker takes within this time speaks for itself. Milliseconds, 1 s when left out. */
  patienceMs?: number
  /** Between attempts to tell that a run is stopped. Milliseconds. */
  pausesMs?: number[]
}

const defaultPausesMs = [5_000, 30_000, 120_000, 300_000, 300_000]

export function createWaitingRuns(options: WaitingRunsOptions): WaitingRuns {
  // One at a time: GitHub asks for writes in sequence, and nothing is urgent here.
  const inTurn = pLimit(1)
  const tell = async (run: Run, fence: () => Promise<void>, view: () => Promise<StatusView>) => {
    const host = options.host(run, fence)
    if (!(await host.mayBeTold(run.task))) return
    await host.show(await view())
    await host.flush()
  }
  const tellEnded = (run: Run) =>
    inTurn(async () => {
      // The one status of the issue is the newer run's, which may have been asked for since.
      const newest = async () => (await options.ledger.latest(run.taskKey))?.id === run.id
      const fence = async () => {
        if (!(await newest())) throw new Fault('fenced', 'taken', 'There is a newer run.')
      }
      if (await newest()) await tell(run, fence, () => endedView(options, run))
      await options.told(run.id)
    })
  return {
    async tellQueued(run) {
      await sleep(options.patienceMs ?? 1_000)
      await inTurn(async () => {
        if (!(await waits(options, run))) return
        const fence = async () => {
          if (!(await waits(options, run))) throw new Fault('fenced', 'taken', 'A worker has the run now.')
        }
        await tell(run, fence, async () => ({
          ...viewOf(options, run),
          state: 'queued',
          queuePosition: await options.queue.position(run.id),
        }))
      })
    },
    tellEnded,
    tellStopped: (run) => patiently(() => tellEnded(run), options.pausesMs ?? defaultPausesMs),
  }
}

/** No worker will come back to it. */
async function patiently(attempt: () => Promise<void>, [pause, ...pauses]: number[]): Promise<void> {
  try {
    await attempt()
  } catch (thrown) {
    if (pause === undefined || toFault(thrown).class !== 'infrastructure') throw thrown
    await sleep(pause, undefined, { ref: false })
    await patiently(attempt, pauses)
  }
}

/** One that a worker has had since, and that waits for another attempt, has a status of its own. */
async function waits({ ledger }: WaitingRunsOptions, { id, epoch }: Run): Promise<boolean> {
  const run = await ledger.find(id)
  return run?.state === 'queued' && run.epoch === epoch
}

/** As its worker would have shown it; else what it had come to in earlier attempts, as far as the ledger knows. */
async function endedView(options: WaitingRunsOptions, run: Run): Promise<StatusView> {
  const recorded = await options.ledger.stages(run.id)
  const word = recorded.find(({ stage }) => stage === lastWordStage)?.value as StatusView | undefined
  if (word?.outcome !== undefined && word.outcome.kind === run.outcome?.kind) return word
  const { tokens, usd } = await options.ledger.spent(run.id)
  const begun = new Set(recorded.map(({ stage }) => stage))
  const done = stages.filter((stage) => begun.has(stage))
  return {
    ...viewOf(options, run),
    tokens,
    usd,
    stages: done.map((stage) => ({ stage, status: 'done' })),
    outcome: run.outcome,
  }
}

function viewOf({ maxUsd, now, traceOf }: WaitingRunsOptions, { id, state, task }: Run): StatusView {
  const traceId = traceOf?.(id)
  return {
    runId: id,
    state,
    stages: [],
    plan: [],
    tokens: 0,
    usd: 0,
    maxUsd,
    at: now().toISOString(),
    notes: [],
    ignored: [],
    ...(task.source.kind === 'github_issue' && { issue: task.source.number }),
    ...(traceId !== undefined && { traceId }),
  }
}
