// What a local run came to, as data for `--json` and as words for the terminal.

import type { Charge } from '../model/model.ts'
import { answerCommands, renderTerminalQuestion } from '../render/question.ts'
import { renderTerminalOutcome } from '../render/terminal.ts'
import { stateOf } from '../run/answer-rules.ts'
import type { Outcome } from '../run/outcome.ts'
import type { Question, WaitingState } from '../run/question.ts'
import type { Left } from './local-run.ts'

/** Printed by `draftsmith run --json`; keys are only ever added. */
export interface LocalResult {
  run: string
  /** How the run ended, or what it waits for. */
  outcome: Outcome['kind'] | WaitingState
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
  /** What has to be answered before the run goes on, and commands that answer it. */
  question: Question | undefined
  answerWith: string[]
}

export interface Finished {
  run: string
  left: Left
  spent: Charge
  seconds: number
  /** Absolute paths of what was left on disk. */
  report: string | undefined
  keptPatch: string | undefined
}

export function localResult({ run, left, spent, seconds, report, keptPatch }: Finished): LocalResult {
  const outcome = left.kind === 'ended' ? left.outcome : undefined
  const question = left.kind === 'waiting' ? left.question : undefined
  const publication = outcome && 'publication' in outcome ? outcome.publication : undefined
  return {
    run,
    outcome: left.kind === 'waiting' ? stateOf(left.question) : left.outcome.kind,
    reason: outcome && reasonOf(outcome),
    branch: publication?.branch,
    commit: publication?.commitSha,
    patch: publication?.patchFile ?? keptPatch,
    report,
    resumable: left.kind === 'ended' && left.resumable,
    tokens: spent.tokens,
    usd: spent.usd,
    seconds,
    question,
    answerWith: question ? answerCommands(run, question) : [],
  }
}

/** Exit codes of `draftsmith run`: 0 verified work, 3 a decline or plan, 4 unverified work, 5 waits for an answer, 130 stopped by the user, 1 failed. */
export function exitCodeOf(left: Left): number {
  if (left.kind === 'waiting') return 5
  const codes: Record<Outcome['kind'], number> = {
    pull_request: 0,
    plan_only: 3,
    reported: 0,
    declined: 3,
    unverified: 4,
    cancelled: 130,
    failed: 1,
  }
  return codes[left.outcome.kind]
}

export function describeResult(result: LocalResult, left: Left): string {
  const lines = [
    left.kind === 'waiting' ? renderTerminalQuestion(result.run, left.question) : renderTerminalOutcome(left.outcome),
  ]
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
