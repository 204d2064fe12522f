// What a local run came to, as data for `--json` and as words for the terminal.

import type { Charge } from '../model/model.ts'
import { renderTerminalOutcome } from '../render/terminal.ts'
import type { Outcome } from '../run/outcome.ts'

/** Printed by `draftsmith run --json`; keys are only ever added. */
export interface LocalResult {
  run: string
  outcome: Outcome['kind']
  reason: string | undefined
  branch: string | undefined
  commit: string | undefined
  patch: string | undefined
  report: string | undefined
  /** True when the same command goes on with this run. */
  resumable: boolean
  tokens: number
  usd: number | undefined
  seconds: number
}

export interface Finished {
  run: string
  outcome: Outcome
  resumable: boolean
  spent: Charge
  seconds: number
  /** Absolute paths of what was left on disk. */
  report: string | undefined
  keptPatch: string | undefined
}

export function localResult({ run, outcome, resumable, spent, seconds, report, keptPatch }: Finished): LocalResult {
  const publication = 'publication' in outcome ? outcome.publication : undefined
  return {
    run,
    outcome: outcome.kind,
    reason: reasonOf(outcome),
    branch: publication?.branch,
    commit: publication?.commitSha,
    patch: publication?.patchFile ?? keptPatch,
    report,
    resumable,
    tokens: spent.tokens,
    usd: spent.usd,
    seconds,
  }
}

/** Exit codes of `draftsmith run`: 0 verified work, 3 a decline or plan, 4 unverified work, 130 stopped by the user, 1 failed. */
export function exitCodeOf({ kind }: Outcome): number {
  const codes: Record<Outcome['kind'], number> = {
    pull_request: 0,
    plan_only: 3,
    declined: 3,
    unverified: 4,
    cancelled: 130,
    failed: 1,
  }
  return codes[kind]
}

export function describeResult(result: LocalResult, outcome: Outcome): string {
  const lines = [renderTerminalOutcome(outcome)]
  if (result.branch) lines.push(`Branch: ${result.branch}   (git diff HEAD...${result.branch})`)
  if (result.patch) lines.push(`Patch: ${result.patch}   (git apply)`)
  if (result.report) lines.push(`Report: ${result.report}`)
  if (result.resumable) lines.push('The same command goes on where this stopped; with --fresh it starts over.')
  const usd = result.usd === undefined ? '' : `, ${result.usd.toFixed(2)} USD`
  lines.push(
    `Run ${result.run}: ${Math.round(result.tokens)} tokens${usd}, ${result.seconds.toFixed(0)} s. More: draftsmith show ${result.run}`,
  )
  return lines.join('\n')
}

function reasonOf(outcome: Outcome): string | undefined {
  if (outcome.kind === 'declined') return `${outcome.decline.code}: ${outcome.decline.evidence.join(' ')}`
  return 'reason' in outcome ? outcome.reason : undefined
}
