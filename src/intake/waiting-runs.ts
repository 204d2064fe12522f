// The status comment of runs that no worker has: they wait for their turn, or were stopped while they waited.
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { Fault } from '../errors.ts'
import type { StatusView } from '../render/status-view.ts'
import type { Ledger } from '../run/ledger.ts'
import type { Queue } from '../run/queue.ts'
import type { Run } from '../run/run.ts'
import type { TaskHost } from '../task/task-host.ts'

export interface WaitingRuns {
  /** Says where in the queue a run is, unless a worker takes it meanwhile. Nothing is said to people without write access. */
  tellQueued(run: Run): Promise<void>
  /** For a run that ended in the queue. */
  tellStopped(run: Run): Promise<void>
}

export interface WaitingRunsOptions {
  ledger: Pick<Ledger, 'find'>
  queue: Pick<Queue, 'position'>
  /** The issue of a run; `fence` is called right before each write. */
  host(run: Run, fence: () => Promise<void>): Pick<Required<TaskHost>, 'mayBeTold' | 'show' | 'flush'>
  /** US dollars. */
  maxUsd: number
  now(): Date
  /** What a worker takes within this time speaks for itself. Milliseconds, 1 s when left out. */
  patienceMs?: number
}

export function createWaitingRuns(options: WaitingRunsOptions): WaitingRuns {
  // One at a time: GitHub asks for writes in sequence, and nothing is urgent here.
  const inTurn = pLimit(1)
  const tell = async (run: Run, fence: () => Promise<void>, view: () => Promise<StatusView>) => {
    const host = options.host(run, fence)
    if (!(await host.mayBeTold(run.task))) return
    await host.show(await view())
    await host.flush()
  }
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
    tellStopped: (run) =>
      inTurn(() =>
        tell(
          run,
          async () => {},
          async () => ({ ...viewOf(options, run), outcome: run.outcome }),
        ),
      ),
  }
}

/** One that was begun before and waits for another attempt has a status of its own. */
async function waits({ ledger }: WaitingRunsOptions, { id }: Run): Promise<boolean> {
  const run = await ledger.find(id)
  return run?.state === 'queued' && run.startedAt === undefined
}

function viewOf({ maxUsd, now }: WaitingRunsOptions, { id, state, task }: Run): StatusView {
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
  }
}
