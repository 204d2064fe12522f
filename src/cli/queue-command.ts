// `draftsmith queue …`: what waits, what is under way and what failed; pausing all workers; starting failed runs again.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { serviceDatabaseExists } from '../compose/databases.ts'
import { composeQueueDesk } from '../compose/queue.ts'
import type { Config } from '../config.ts'
import { Fault } from '../errors.ts'
import { renderDrained, renderFailed, renderQueue, renderRequeued, renderStopped } from '../render/queue.ts'
import type { QueueDesk, QueueReport } from '../run/desk.ts'

export interface QueueParts {
  config: Config
  log: Logger
  out(text: string): void
  /** Aborted by the first Ctrl-C. */
  interrupted: AbortSignal
  now(): Date
}

export function queueCommand({ json }: { json?: boolean }, parts: QueueParts): Promise<number> {
  return lookAt(parts, async (desk) => {
    const report = (await desk?.report()) ?? nothing
    parts.out(json ? JSON.stringify(report, null, 2) : renderQueue(report, parts.now()))
    return 0
  })
}

/** Where no service has ever been. */
const nothing: QueueReport = {
  pause: undefined,
  underWay: [],
  waiting: [],
  pausing: [],
  failed: { newest: [], count: 0 },
}

export interface PauseOptions {
  reason: string
  /** Minutes. */
  wait?: number
}

/** With `wait`, until nothing is under way; 1 where something still is by then. The queue stays paused either way. */
export function pauseCommand({ reason, wait }: PauseOptions, parts: QueueParts): Promise<number> {
  return atDesk(parts, async (desk) => {
    await desk.pause(reason)
    parts.out('The queue is paused. Runs under way go on; `draftsmith queue resume` opens it.')
    if (wait === undefined) return 0
    return await drained(desk, wait * 60_000, parts)
  })
}

export function resumeCommand(parts: QueueParts): Promise<number> {
  return lookAt(parts, async (desk) => {
    parts.out((await desk?.resume()) ? 'The queue is open.' : 'The queue was not paused.')
    return 0
  })
}

export interface RequeueOptions {
  runs: string[]
  /** All that failed, or all that failed with this code. */
  all?: boolean
  code?: string
}

/** 1 where one of them could not be started again. */
export function requeueCommand({ runs, all, code }: RequeueOptions, parts: QueueParts): Promise<number> {
  if (runs.length === 0 && !all && code === undefined)
    throw new Fault('invalid_input', 'nothing_to_requeue', 'Nothing says which runs are to start again.', {
      mend: 'Name runs, or use --code CODE or --all; `draftsmith queue failed` lists them.',
    })
  return atDesk(parts, async (desk) => {
    const wanted = runs.length > 0 ? runs : (await desk.failed(code)).map(({ runId }) => runId)
    if (wanted.length === 0) parts.out(renderFailed([]))
    let refused = 0
    // The oldest first, as they were asked for.
    for (const runId of runs.length > 0 ? wanted : wanted.reverse()) {
      const requeued = await desk.requeue(runId)
      if (requeued.kind !== 'requeued') refused += 1
      parts.out(renderRequeued(runId, requeued))
    }
    return refused === 0 ? 0 : 1
  })
}

/** 1 where one of them had ended, or is not known. */
export function stopCommand(runs: string[], parts: QueueParts): Promise<number> {
  return atDesk(parts, async (desk) => {
    let refused = 0
    for (const runId of runs) {
      const stopped = await desk.stop(runId)
      if (stopped.kind !== 'stopped') refused += 1
      parts.out(renderStopped(runId, stopped))
    }
    return refused === 0 ? 0 : 1
  })
}

export function failedCommand({ code, json }: { code?: string; json?: boolean }, parts: QueueParts): Promise<number> {
  return lookAt(parts, async (desk) => {
    const failed = (await desk?.failed(code)) ?? []
    parts.out(json ? JSON.stringify(failed, null, 2) : renderFailed(failed))
    return 0
  })
}

/** Without a desk where there is no database: none is made to say so. */
function lookAt(parts: QueueParts, look: (desk: QueueDesk | undefined) => Promise<number>): Promise<number> {
  return serviceDatabaseExists(parts.config) ? atDesk(parts, look) : look(undefined)
}

async function atDesk(parts: QueueParts, work: (desk: QueueDesk) => Promise<number>): Promise<number> {
  const desk = await composeQueueDesk(parts.config, parts.log)
  try {
    return await work(desk)
  } finally {
    await desk.close()
  }
}

async function drained(desk: QueueDesk, withinMs: number, { out, now, interrupted }: QueueParts): Promise<number> {
  const end = now().getTime() + withinMs
  for (;;) {
    const report = await desk.report()
    if (report.underWay.length === 0 || now().getTime() >= end || interrupted.aborted) {
      out(renderDrained(report))
      return report.underWay.length === 0 ? 0 : 1
    }
    await sleep(1_000, undefined, { signal: interrupted }).catch(() => undefined)
  }
}
