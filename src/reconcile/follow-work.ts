// What people made of the pull requests of ended runs: merged, or closed. Asked for in rounds: nobody waits for it, and an event of
// every pull request of every repository would be sent for it (docs/decisions).
import type { Logger } from 'pino'
import { z } from 'zod'
import { toFault } from '../errors.ts'
import type { GitHubApp } from '../github/github.ts'
import type { PullRequestEnd } from '../run/outcome.ts'
import type { Run } from '../run/run.ts'
import type { Upkeep } from '../run/upkeep.ts'
import type { Duty, RoundEnd } from './duty.ts'

export interface FollowWorkOptions {
  upkeep: Pick<Upkeep, 'openWork' | 'workEnded'>
  github: Pick<GitHubApp, 'repository'>
  everyMs: number
  log: Logger
  now(): Date
}

/** What people leave open for longer is not looked after any more. */
const longestMs = 60 * 24 * 3_600_000
/** A look is one call. */
const mostRuns = 25

/** What GitHub refuses to one it refuses to all: the next round begins where this one did. */
const limits = new Set(['github_rate_limited', 'github_budget_low'])

/** When the run ended that was looked at last. */
const memorySchema = z.object({ upTo: z.coerce.date() })

export function createFollowWork(options: FollowWorkOptions): Duty {
  return { name: 'follow-work', everyMs: options.everyMs, round: (memory, signal) => round(options, memory, signal) }
}

async function round(options: FollowWorkOptions, remembered: unknown, signal: AbortSignal): Promise<RoundEnd> {
  const { upkeep, log, now } = options
  const earliest = now().getTime() - longestMs
  const upTo = memorySchema.safeParse(remembered).data?.upTo.getTime() ?? 0
  const runs = await upkeep.openWork(new Date(Math.max(earliest, upTo)), mostRuns)
  const found = { merged: 0, closed: 0, failed: 0 }
  for (const run of runs) {
    if (signal.aborted) return { found }
    try {
      const end = await endOfWork(run, options)
      if (end === undefined) continue
      await upkeep.workEnded(run.id, end)
      found[end.kind] += 1
    } catch (thrown) {
      const fault = toFault(thrown)
      if (limits.has(fault.code)) throw fault
      found.failed += 1
      log.debug({ err: fault, runId: run.id }, 'what became of a pull request could not be asked')
    }
  }
  // Begins again behind the last one; from the first one where there was none.
  const last = runs.length === mostRuns ? runs.at(-1)?.endedAt : undefined
  return { memory: last === undefined ? {} : { upTo: last }, found }
}

/** Undefined while it is open, and where the run has published none. */
async function endOfWork({ task, outcome }: Run, { github }: FollowWorkOptions): Promise<PullRequestEnd | undefined> {
  if (outcome === undefined || !('publication' in outcome) || task.source.kind !== 'github_issue') return undefined
  const { branch, pullRequest } = outcome.publication
  if (branch === undefined || pullRequest === undefined) return undefined
  const { installationId, owner, repo } = task.source
  const pulls = await github.repository(installationId, owner, repo).pullRequests('all', branch)
  return pulls.find(({ number }) => number === pullRequest.number)?.end
}
