// Stage 2: rules only. What is decided here costs nothing and clones nothing.

import type { PolicyProblem } from '../policy/policy.ts'
import { type Policy, parsePolicy } from '../policy/policy.ts'
import { screen } from '../policy/screen.ts'
import type { ClaimedRun } from '../run/ledger.ts'
import { moved } from '../run/moved.ts'
import type { Outcome } from '../run/outcome.ts'
import { type Ended, end, type RunContext, recordOf, stage } from '../run-context.ts'
import type { BaseFacts, Inspection } from './task-host.ts'

export interface Screened {
  facts: BaseFacts
  policy: Policy
}

/** Looks at issue and base, and asks every rule that needs no model. */
export async function screenTask(run: RunContext): Promise<Screened | Ended<Outcome>> {
  const looked = await lookAtBase(run)
  if ('end' in looked) return looked
  const decline = screen(run.claimed.run.task, looked.facts, looked.policy)
  return decline ? end({ kind: 'declined', decline }) : looked
}

/** Asks whether there is anything to do, pins the base commit, and reads the policy there. */
export async function lookAtBase(run: RunContext): Promise<Screened | Ended<Outcome>> {
  const { task } = run.claimed.run
  const inspection = await stage(run, 'screen', {
    input: task,
    // After an answer, which may come weeks later, the issue is looked at anew, and the base is pinned to where it is by then.
    round: run.claimed.answers.length,
    work: () => run.host.inspect(task),
    note: describe,
    failed: ({ kind }) => kind !== 'ready',
  })
  if (inspection.kind === 'silent') return end({ kind: 'cancelled', reason: inspection.reason })
  run.progress.unmute()
  if (inspection.kind === 'cancelled') {
    if (inspection.movedTo !== undefined) await run.claimed.event(moved, { ...inspection.movedTo })
    return end({ kind: 'cancelled', reason: inspection.reason })
  }
  if (inspection.kind === 'declined') return end({ kind: 'declined', decline: inspection.decline })

  const { facts } = inspection
  const parsed = parsePolicy(facts.policyText, run.ceilings)
  if (parsed.kind === 'invalid')
    return end({ kind: 'declined', decline: { code: 'policy_invalid', evidence: parsed.problems.map(place) } })
  for (const note of [...facts.notes, ...parsed.notes]) run.progress.note(note)
  run.progress.limit(parsed.policy.limits.usd)
  run.limitTime(parsed.policy.limits.minutes)
  await run.allowAtOnce?.(run.claimed.run.repositoryKey, parsed.policy.concurrency)
  return { facts, policy: parsed.policy }
}

/** What the first look found; undefined when none came so far. */
export function recordedInspection(claimed: ClaimedRun): Promise<Inspection | undefined> {
  return recordOf<Inspection>(claimed, 'screen', claimed.run.task)
}

function describe(inspection: Inspection): string | undefined {
  if (inspection.kind !== 'ready') return undefined
  const { baseBranch, baseCommit } = inspection.facts
  return `from ${baseBranch} at ${baseCommit.slice(0, 7)}`
}

function place({ line, column, message }: PolicyProblem): string {
  return `line ${line}, column ${column}: ${message}`
}
