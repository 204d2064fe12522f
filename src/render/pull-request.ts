// The description of the pull request: what was changed and why, then the evidence, as the host measured it.
import type { CheckComparison, CheckOutcome } from '../verify/report.ts'
import { cost, counted, duration } from './figures.ts'
import { parseHiddenData, renderHiddenData } from './hidden-data.ts'
import { codeCell, codeSpan, inline, neutralise } from './neutralise.ts'
import type { PullRequestView } from './pull-request-view.ts'

const maxBody = 65_000
const maxNames = 10

export interface ParsedPullRequest {
  runId: string
  /** 40 hexadecimal digits. */
  baseCommit: string
  /** Tree that was verified and published. */
  treeSha: string
  verified: boolean
}

/** Markdown, at most 65,000 characters. */
export function renderPullRequest(view: PullRequestView): string {
  const body = [
    renderHiddenData('pull-request', {
      run: view.runId,
      base: view.contract.baseCommit,
      tree: view.report.treeSha,
      verified: view.verified,
    }),
    ...unverifiedBanner(view),
    neutralise(view.plan.summary),
    ...issueLine(view),
    ...changes(view),
    ...evidence(view),
    ...changedTests(view),
    ...section(
      'Not verified',
      view.report.notVerified.map((line) => inline(line, 500)),
    ),
    ...section(
      'Risks',
      view.plan.risks.map((risk) => inline(risk, 1_000)),
    ),
    ...section('For the review', reviewList(view)),
    runFacts(view),
    howToAsk(view),
  ].join('\n\n')
  return body.length <= maxBody ? body : `${body.slice(0, maxBody)}…`
}

/** Undefined when the description is not ours, or its first line was changed. */
export function parsePullRequest(body: string): ParsedPullRequest | undefined {
  const data = parseHiddenData('pull-request', body)
  if (data?.run === undefined || data.base === undefined || data.tree === undefined) return undefined
  return { runId: data.run, baseCommit: data.base, treeSha: data.tree, verified: data.verified === 'true' }
}

function unverifiedBanner({ verified, report, verdict, candidate }: PullRequestView): string[] {
  if (verified) return []
  const reasons = [
    ...(candidate.stopped === undefined ? [] : [candidate.stopped.reason]),
    ...report.problems,
    ...verdict.objections.map(
      ({ about, path, message }) => `${path === undefined ? '' : `${path}: `}${message} (${about})`,
    ),
  ]
  return [
    [
      '> [!WARNING]',
      '> **This work is not verified.** Why not:',
      ...reasons.map((reason) => `> - ${inline(reason, 500)}`),
    ].join('\n'),
  ]
}

/** The one closing keyword in this text, for the own issue. Unverified work closes nothing. */
function issueLine({ issue, verified }: PullRequestView): string[] {
  if (issue === undefined) return []
  return [verified ? `Closes #${issue.number}` : `For #${issue.number}`]
}

function changes({ plan, candidate }: PullRequestView): string[] {
  const planned = candidate.results.map(({ modification, status, reason, repairs }) => {
    const { path, title, reason: why } = modification
    const state = status === 'done' ? '' : ` — **${status}**${reason === undefined ? '' : `: ${inline(reason, 500)}`}`
    const repaired = repairs.length === 0 ? '' : ` (${counted(repairs.length, 'repair')})`
    return `${codeSpan(path)}: ${inline(title).replace(/\.$/, '')}. ${inline(why, 1_000)}${repaired}${state}`
  })
  const amended = candidate.amendments.map(
    ({ modification, reason }) => `${codeSpan(modification.path)}: not in the first plan. ${inline(reason, 1_000)}`,
  )
  return [
    ...section('What changed, and why', [...planned, ...amended]),
    ...(plan.rootCause === undefined ? [] : [`**Cause:** ${inline(plan.rootCause, 1_000)}`]),
  ]
}

function evidence({ report }: PullRequestView): string[] {
  const { checks, reproduction, treeSha, sandbox } = report
  const rows = checks.map(checkRow)
  const table = ['| check | before | after | time |', '|---|---|---|---|', ...rows].join('\n')
  return [
    '## Evidence',
    checks.length === 0 ? 'This repository has no check that could be run.' : table,
    ...list(checks.flatMap(testNames)),
    ...(reproduction === undefined ? [] : [reproductionText(reproduction)]),
    `<sub>Measured by Draftsmith in a fresh work tree of exactly the published tree ${codeSpan(treeSha.slice(0, 10))}, sandbox: ${inline(sandbox)}. No model was asked.</sub>`,
  ]
}

function checkRow({ line, before, after, regressed, required }: CheckComparison): string {
  const verdict = regressed ? '❌' : after.passed ? '✅' : '⚠️'
  const command = `${codeCell(line)}${required ? '' : ' (not required)'}`
  return `| ${command} | ${result(before)} | ${verdict} ${result(after)} | ${duration(after.durationMs)} |`
}

function result({ counts, passed, timedOut, exitCode }: CheckOutcome): string {
  if (timedOut) return 'timed out'
  if (counts === undefined) return passed ? 'passes' : `fails (exit code ${exitCode ?? 'none'})`
  const { passed: good, failed, skipped } = counts
  const parts = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${good} passed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ]
  return parts.join(', ')
}

function testNames({ fixed, added, broken, stillFailing, flaky }: CheckComparison): string[] {
  return [
    ...named('Failed before, passes now', fixed),
    ...named(
      'New',
      added.filter((name) => !fixed.includes(name)),
    ),
    ...named('**Broken by this change**', broken),
    ...named('Failed before and still fails, not caused by this change', stillFailing),
    ...named('Flaky: failed and passed on the same tree', flaky),
  ]
}

function named(title: string, names: string[]): string[] {
  if (names.length === 0) return []
  const more = names.length > maxNames ? `, and ${names.length - maxNames} more` : ''
  return [`${title}: ${names.slice(0, maxNames).map(codeSpan).join(', ')}${more}`]
}

function reproductionText({
  failsWithoutChange,
  passesWithoutChange,
}: NonNullable<PullRequestView['report']['reproduction']>): string {
  const lines = [
    ...failsWithoutChange
      .slice(0, maxNames)
      .map((name) => `- ✅ ${codeSpan(name)} fails without the change and passes with it`),
    ...passesWithoutChange
      .slice(0, maxNames)
      .map((name) => `- ⚠️ ${codeSpan(name)} passes without the change, too: it does not show the defect`),
  ]
  return ['**The tests, run against the code without this change**', ...lines].join('\n')
}

function changedTests({ candidate, plan }: PullRequestView): string[] {
  return section('Tests whose expectation changed', [
    ...candidate.changedTests.map(({ path, reason }) => `${codeSpan(path)}: ${inline(reason, 1_000)}`),
    ...plan.removedTests.map(({ name, reason }) => `Removed ${codeSpan(name)}: ${inline(reason, 1_000)}`),
  ])
}

function reviewList({ contract, verdict }: PullRequestView): string[] {
  return [
    ...contract.acceptanceCriteria.map((criterion) => `[ ] ${inline(criterion, 1_000)}`),
    ...verdict.remarks.map((remark) => `[ ] ${inline(remark, 1_000)}`),
  ]
}

function runFacts(view: PullRequestView): string {
  const { charge, contract, notes, ignored, durationMs } = view
  const lines = [
    `- Run ${codeSpan(view.runId)}, asked for by ${codeSpan(contract.requestedBy)}, from ${codeSpan(contract.baseBranch)} at ${codeSpan(contract.baseCommit.slice(0, 10))}`,
    `- ${cost({ ...charge, maxUsd: view.maxUsd })}, ${counted(charge.calls, 'model call')}${durationMs === undefined ? '' : `, ${duration(durationMs)}`}`,
    ...notes.map((note) => `- ${inline(note, 500)}`),
    ...ignored.map((text) => `- Hidden text of the issue was not read: ${codeSpan(text)}`),
  ]
  return `<details><summary>The run</summary>\n\n${lines.join('\n')}\n\n</details>`
}

function howToAsk({ issue }: PullRequestView): string {
  return issue === undefined
    ? 'Draftsmith never merges.'
    : '<sub>Push to this branch as you like; Draftsmith never overwrites a commit that is not its own, and never merges. To start again from the newest base, close this and comment `/draftsmith retry` on the issue.</sub>'
}

function section(title: string, items: string[]): string[] {
  return items.length === 0 ? [] : [`## ${title}`, ...list(items)]
}

function list(items: string[]): string[] {
  return items.length === 0 ? [] : [items.map((item) => `- ${item}`).join('\n')]
}
