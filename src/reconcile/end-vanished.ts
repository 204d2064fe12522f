// Runs whose issue has been closed, moved, or left without its label while nobody told us so, or whose work people have put away;
// also where we are not let in any more.
import type { Logger } from 'pino'
import { z } from 'zod'
import { type Fault, toFault } from '../errors.ts'
import type { GitHubApp } from '../github/github.ts'
import type { Cancellation, Cancelled, Ledger } from '../run/ledger.ts'
import type { Run } from '../run/run.ts'
import type { Inspection } from '../task/task-host.ts'
import type { Duty, RoundEnd } from './duty.ts'

export interface EndVanishedOptions {
  ledger: Pick<Ledger, 'underWay' | 'made'>
  /** The look at issue and repository with which every run begins. */
  inspect(run: Run): Promise<Inspection>
  github: Pick<GitHubApp, 'repository'>
  /** Ends it, and tells people. */
  cancel(taskKey: string, cancellation: Cancellation): Promise<Cancelled>
  everyMs: number
  log: Logger
  now(): Date
}

/** Events are on their way, and a younger run has looked itself. */
const youngMs = 15 * 60_000
/** A look takes about ten calls, and runs may wait for people for weeks. */
const mostRuns = 25

/** When the run was recorded that was looked at last. */
const memorySchema = z.object({ upTo: z.coerce.date().optional() })

/** GitHub does not know us there, or what we ask for. */
const shutCodes = new Set(['github_not_found', 'github_forbidden', 'installation_suspended'])

export function createEndVanished(options: EndVanishedOptions): Duty {
  return { name: 'end-vanished', everyMs: options.everyMs, round: (memory, signal) => round(options, memory, signal) }
}

async function round(options: EndVanishedOptions, remembered: unknown, signal: AbortSignal): Promise<RoundEnd> {
  const { ledger, cancel, log, now } = options
  const found = { ended: 0, failed: 0 }
  const old = (await ledger.underWay()).filter(
    ({ createdAt, cancelReason }) => now().getTime() - createdAt.getTime() >= youngMs && cancelReason === undefined,
  )
  const turn = inTurn(old, memorySchema.safeParse(remembered).data?.upTo)
  for (const run of turn) {
    if (signal.aborted) return { found }
    try {
      const why = await whyOver(options, run)
      if (why === undefined) continue
      if ((await cancel(run.taskKey, why)).kind === 'cancelled') found.ended += 1
    } catch (thrown) {
      found.failed += 1
      log.warn({ err: toFault(thrown), runId: run.id }, 'whether a run may go on could not be asked')
    }
  }
  return { memory: { upTo: turn.at(-1)?.createdAt } satisfies z.infer<typeof memorySchema>, found }
}

/** Goes on behind the one that was looked at last, and begins again at the end. */
function inTurn(runs: Run[], upTo: Date = new Date(0)): Run[] {
  const next = Math.max(
    0,
    runs.findIndex(({ createdAt }) => createdAt > upTo),
  )
  return [...runs.slice(next), ...runs.slice(0, next)].slice(0, mostRuns)
}

/** Undefined where it may go on. */
async function whyOver(options: EndVanishedOptions, run: Run): Promise<Cancellation | undefined> {
  try {
    const inspection = await options.inspect(run)
    switch (inspection.kind) {
      case 'ready':
        return whyPutAway(options, run)
      case 'cancelled':
        return inspection
      case 'silent':
        return { reason: `${sentence(inspection.reason)}.` }
      case 'declined':
        return { reason: `${sentence(inspection.decline.evidence.join(', '))}.` }
    }
  } catch (thrown) {
    const fault: Fault = toFault(thrown)
    if (shutCodes.has(fault.code)) return { reason: 'GitHub does not let Draftsmith see this issue any more.' }
    throw fault
  }
}

/** What people close or delete while the run is not through with it, it must not make again. */
async function whyPutAway(
  { ledger, github }: EndVanishedOptions,
  { id, task }: Run,
): Promise<Cancellation | undefined> {
  const { branch } = await ledger.made(id)
  if (branch === undefined || task.source.kind !== 'github_issue') return undefined
  const { installationId, owner, repo } = task.source
  const repository = github.repository(installationId, owner, repo)
  const pulls = await repository.pullRequests('all', branch)
  const newest = pulls.toSorted((one, other) => other.number - one.number)[0]
  if (newest?.state === 'closed') return { reason: 'Its pull request was closed.' }
  return (await repository.head(branch)) === undefined ? { reason: `Its branch ${branch} was deleted.` } : undefined
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
