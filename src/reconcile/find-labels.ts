// Looks through all repositories for labels that no event has told of, and for those that a policy's schedule takes up.
import { z } from 'zod'
import { Fault, toFault } from '../errors.ts'
import type { GitHubApp, InstallationFacts } from '../github/github.ts'
import { fellDue } from '../policy/cron.ts'
import { defaultCeilings, parsePolicy, policyPath } from '../policy/policy.ts'
import type { Duty, RoundEnd } from './duty.ts'
import { type TakeUpParts, takeUp } from './take-up.ts'

export interface FindLabelsOptions extends TakeUpParts {
  github: Pick<GitHubApp, 'installations' | 'reachable' | 'repository'>
}

const minute = 60_000
/** As long as GitHub keeps deliveries: what was put earlier is a decision of people, or of a schedule. */
const longestMs = 3 * 24 * 60 * minute
/** Changes of the time before are looked at again: they may have been too young. */
const overlapMs = 20 * minute

const memorySchema = z.object({ upTo: z.coerce.date() })

export function createFindLabels(options: FindLabelsOptions): Duty {
  return { name: 'find-labels', everyMs: options.everyMs, round: (memory, signal) => round(options, memory, signal) }
}

interface Look {
  /** Of the round before; in the first one, of this one. */
  before: Date
  now: Date
  changedSince: Date
}

async function round(options: FindLabelsOptions, remembered: unknown, signal: AbortSignal): Promise<RoundEnd> {
  const now = options.now()
  const before = memorySchema.safeParse(remembered).data?.upTo
  const earliest = now.getTime() - longestMs
  const changedSince = new Date(Math.max(earliest, (before?.getTime() ?? 0) - overlapMs))
  const found = { recorded: 0, asked: 0, left: 0, failed: 0 }
  for (const installation of await options.github.installations()) {
    if (signal.aborted) return { found: told(found) }
    if (installation.suspended) continue
    await lookThrough(installation, { before: before ?? now, now, changedSince }, { ...options, found, signal })
  }
  // What could not be looked at is looked at by the next round, from the same moment on.
  return { ...(found.failed === 0 && !signal.aborted && { memory: { upTo: now } }), found: told(found) }
}

type Found = Record<'recorded' | 'asked' | 'left' | 'failed', number>

function told({ recorded, asked, failed }: Found): Record<string, number> {
  return { recorded, asked, failed }
}

interface Looking extends FindLabelsOptions {
  found: Found
  signal: AbortSignal
}

/** One repository that cannot be read must not hide those behind it; an hour in which GitHub is away ends the installation's turn. */
async function lookThrough(installation: InstallationFacts, look: Look, looking: Looking): Promise<void> {
  const { github, found, signal, log } = looking
  let failedInARow = 0
  try {
    for (const repository of await github.reachable(installation.id)) {
      if (signal.aborted) return
      const fault = await faultOf(() => lookInto(repository, installation, look, looking))
      failedInARow = fault === undefined || fault.class === 'invalid_input' ? 0 : failedInARow + 1
      if (fault === undefined) continue
      if (limits.has(fault.code) || failedInARow === mostInARow) throw fault
      if (fault.class !== 'invalid_input') found.failed += 1
      log.debug({ err: fault, repository: `${repository.owner}/${repository.name}` }, 'a repository was left out')
    }
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    found.failed += 1
    log.warn({ err: thrown, installation: installation.id }, 'an installation could not be looked through')
  }
}

/** What GitHub refuses to one repository it refuses to all of the installation. */
const limits = new Set(['github_rate_limited', 'github_budget_low'])
/** After so many it is not the repositories. */
const mostInARow = 3

async function faultOf(look: () => Promise<void>): Promise<Fault | undefined> {
  try {
    await look()
    return undefined
  } catch (thrown) {
    return toFault(thrown)
  }
}

async function lookInto(
  { owner, name, defaultBranch }: Awaited<ReturnType<GitHubApp['reachable']>>[number],
  installation: InstallationFacts,
  { before, now, changedSince }: Look,
  { github, found, ...parts }: Looking,
): Promise<void> {
  const repository = github.repository(installation.id, owner, name)
  const schedule = scheduleOf(await repository.readFile(policyPath, defaultBranch))
  const isDue = schedule !== undefined && fellDue(schedule, before, now)
  const labelledSince = new Date(Math.max(installation.createdAt.getTime(), now.getTime() - longestMs))
  for (const issue of await repository.labelledIssues(parts.label, isDue ? undefined : changedSince)) {
    const place = { installationId: installation.id, repository, issue, ...(!isDue && { labelledSince }) }
    found[await takeUp(place, parts)] += 1
  }
}

/** A policy that cannot be read is told by the next run. */
function scheduleOf(policyText: string | undefined): string | undefined {
  if (policyText === undefined) return undefined
  const parsed = parsePolicy(policyText, defaultCeilings)
  return parsed.kind === 'invalid' ? undefined : parsed.policy.schedule
}
