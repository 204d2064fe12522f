// The description of the pull request: what was changed and why, then the evidence, as the host measured it.
import type { Candidate, ChangedFile } from '../execute/candidate.ts'
import { decisionSentence } from './decision.ts'
import { cost, counted, duration } from './figures.ts'
import { parseHiddenData, renderHiddenData } from './hidden-data.ts'
import { codeSpan, inline, neutralise } from './neutralise.ts'
import { costByRole } from './price-tag.ts'
import { foldedList, renderEvidence, testsByCriterion } from './pull-request-evidence.ts'
import type { PullRequestView } from './pull-request-view.ts'
import { closed } from './why-unverified.ts'

const maxBody = 65_000
/** Of those that ran while the change was made. */
const mostCommands = 10

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
    ...renderEvidence(view),
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
    ...runFacts(view),
    howToAsk(view),
  ].join('\n\n')
  const data = view.evidence === undefined ? '' : `\n\n${view.evidence}`
  return `${cut(body, maxBody - data.length)}${data}`
}

function cut(body: string, most: number): string {
  return body.length <= most ? body : `${body.slice(0, most - 1)}…`
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
  const sizes = new Map(candidate.files?.map((file) => [file.path, sizeOf(file)]))
  const place = (path: string) => `${codeSpan(path)}${sizes.get(path) ?? ''}`
  const planned = candidate.results.map(({ modification, status, reason, repairs }) => {
    const { path, title, reason: why } = modification
    const state = status === 'done' ? '' : ` — **${status}**${reason === undefined ? '' : `: ${inline(reason, 500)}`}`
    const repaired = repairs.length === 0 ? '' : ` (${counted(repairs.length, 'repair')})`
    return `${place(path)}: ${closed(inline(title))} ${inline(why, 1_000)}${repaired}${state}`
  })
  const amended = candidate.amendments.map(
    ({ modification, reason }) => `${place(modification.path)}: not in the first plan. ${inline(reason, 1_000)}`,
  )
  return [
    ...section('What changed, and why', [...planned, ...amended]),
    ...(plan.rootCause === undefined ? [] : [`**Cause:** ${inline(plan.rootCause, 1_000)}`]),
  ]
}

function sizeOf({ kind, addedLines, removedLines, category }: ChangedFile): string {
  const words = [
    ...(kind === 'added' ? ['new'] : kind === 'deleted' ? ['deleted'] : []),
    // That a file is a test or a source, its path tells.
    ...(['dependency', 'generated', 'lock'].includes(category) ? [category] : []),
    `+${addedLines} −${removedLines}`,
  ]
  return ` (${words.join(', ')})`
}

function changedTests({ candidate, plan }: PullRequestView): string[] {
  return section('Tests whose expectation changed', [
    ...candidate.changedTests.map(
      ({ path, reason, criterion }) =>
        `${codeSpan(path)}: ${inline(reason, 1_000)}${criterion === undefined ? '' : ` Asked for by: ${inline(criterion, 1_000)}`}`,
    ),
    ...plan.removedTests.map(({ name, reason }) => `Removed ${codeSpan(name)}: ${inline(reason, 1_000)}`),
  ])
}

/** What people said on the way binds like a criterion. */
function reviewList({ contract, verdict, report, said = [] }: PullRequestView): string[] {
  const item = (text: string) => `[ ] ${inline(text, 1_000)}`
  const tests = testsByCriterion(report.criteria)
  return [
    ...contract.acceptanceCriteria.map((criterion, at) => `${item(criterion)}${tests[at] ?? ''}`),
    ...[...said, ...verdict.remarks].map(item),
  ]
}

function runFacts(view: PullRequestView): string[] {
  const { charge, contract, notes, ignored, durationMs, report } = view
  const { missingChecks = [] } = report
  return foldedList('The run', [
    `Run ${codeSpan(view.runId)}, asked for by ${codeSpan(contract.requestedBy)}, from ${codeSpan(contract.baseBranch)} at ${codeSpan(contract.baseCommit)}`,
    `${cost({ ...charge, maxUsd: view.maxUsd })}, ${counted(charge.calls, 'model call')}${durationMs === undefined ? '' : `, ${duration(durationMs)}`}`,
    ...(view.traceId === undefined ? [] : [`Trace ${codeSpan(view.traceId)}`]),
    ...(view.decision === undefined ? [] : [inline(decisionSentence(view.decision), 1_000)]),
    ...(view.owners?.length ? [`Owners of what changed: ${view.owners.map(codeSpan).join(', ')}`] : []),
    ...(view.priceTag === undefined ? [] : [view.priceTag]),
    ...(charge.byRole === undefined ? [] : [costByRole(charge).join(' · ')]),
    ...(missingChecks.length === 0 ? [] : [`This repository has no command for: ${missingChecks.join(', ')}`]),
    ...ranOnTheWay(view.candidate),
    ...notes.map((note) => inline(note, 500)),
    ...ignored.map((text) => `Hidden text of the issue was not read: ${codeSpan(text)}`),
    `Whole logs, and the evidence as data: ${codeSpan(`draftsmith show ${view.runId} --artifacts FOLDER`)}`,
  ])
}

/** Each command once; what it said in the end is in the evidence. */
function ranOnTheWay({ commands = [] }: Candidate): string[] {
  const lines = [...new Set(commands.map(({ line }) => line))].slice(0, mostCommands).map((line) => {
    const runs = commands.filter((command) => command.line === line)
    const red = runs.filter(({ exitCode }) => exitCode !== 0).length
    const times = counted(runs.length, 'time')
    return `${codeSpan(line)} ${red === 0 ? times : `${times}, ${red} red`}`
  })
  return lines.length === 0 ? [] : [`Run while it was made: ${lines.join(' · ')}`]
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
