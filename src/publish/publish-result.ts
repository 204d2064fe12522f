// Stage 11: what was proven becomes a draft pull request; what was not is kept in the form that the policy names.
import type { Candidate } from '../execute/candidate.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { Decline } from '../policy/decline.ts'
import type { Bench } from '../prepare/bench.ts'
import { branchName } from '../render/branch.ts'
import { renderCommitMessage } from '../render/commit-message.ts'
import { renderEvidenceBlock } from '../render/evidence-block.ts'
import { estimateAgainst } from '../render/price-tag.ts'
import { renderPullRequest } from '../render/pull-request.ts'
import { pullRequestTitle } from '../render/pull-request-title.ts'
import type { PullRequestView } from '../render/pull-request-view.ts'
import { type Outcome, pushed, workPatch } from '../run/outcome.ts'
import { type RunContext, stage } from '../run-context.ts'
import { type Evidence, evidenceArtifact, evidenceOf } from '../verify/evidence.ts'
import { isProven, missingParts, type Proof } from '../verify/feedback.ts'
import { notReproduced } from '../verify/not-reproduced.ts'
import type { FileChange } from '../workspace/workspace.ts'
import { followBase } from './follow-base.ts'
import { ownAddress, type Publication, type PublishRequest } from './publication.ts'
import type { Result } from './result.ts'
import { suggestReviewers } from './suggest-reviewers.ts'

/** Publishes what there is and says how the run ended. May be called again after a crash: the host finds before it creates. */
export async function publishResult(run: RunContext, result: Result): Promise<Outcome> {
  const { proof } = result
  if (proof === undefined) return withoutWork(proof)
  const unseen = notReproduced(result.contract, proof)
  if (unseen !== undefined) return declineUnseen(run, unseen, proof)
  if (proof.candidate.patch === '') return withoutWork(proof)
  await using followed = await followBase(run, result)
  return await leave(run, followed.result, followed.result.proof ?? proof)
}

async function leave(run: RunContext, result: Result, proof: Proof): Promise<Outcome> {
  await run.claimed.writeArtifact(workPatch, proof.candidate.patch, 'text/x-diff')
  await run.claimed.writeArtifact(evidenceArtifact, json(evidenceFor(run, result, proof)), 'application/json')
  const publication = await stage(run, 'publish', {
    input: { treeSha: proof.candidate.treeSha, proven: isProven(proof) },
    work: () => publish(run, result, proof),
    note: ({ pullRequest, branch }) => pullRequest?.url ?? branch,
  })
  if (isProven(proof)) return { kind: 'pull_request', publication }
  return { kind: 'unverified', reason: reasonOf(proof), publication }
}

/** What was tried is kept for whoever wants to read it, and published nowhere. */
async function declineUnseen(run: RunContext, decline: Decline, { candidate }: Proof): Promise<Outcome> {
  if (candidate.patch !== '') {
    await run.claimed.writeArtifact(workPatch, candidate.patch, 'text/x-diff')
    run.progress.note(`What was tried is kept: \`draftsmith show ${run.claimed.run.id} --patch\``)
  }
  return { kind: 'declined', decline }
}

/** Nothing was changed, so there is nothing to show but why. */
function withoutWork(proof: Proof | undefined): Outcome {
  const stopped = proof?.candidate.stopped
  if (stopped?.kind === 'gave_up')
    return { kind: 'declined', decline: { code: 'not_feasible', evidence: [stopped.reason] } }
  if (stopped)
    return {
      kind: 'failed',
      code: stopped.kind,
      reason: `${stopped.reason} No modification stood by then.`,
      mend: 'Make the issue narrower, or raise the limit in the policy.',
    }
  return {
    kind: 'failed',
    code: 'no_change',
    reason: 'No modification of the plan passed its checks.',
    mend: 'The trace of the run tells what was tried; a more precise issue helps.',
  }
}

async function publish(run: RunContext, result: Result, proof: Proof): Promise<Publication> {
  const request = await requestOf(run, result, proof)
  if (!mayLeave(proof))
    return { form: 'patch', notes: ['It was not published, since it holds what must not leave: see the verification.'] }
  if (request.form === 'patch') run.progress.keep(request.patch)
  await run.claimed.check()
  return run.host.publish(request, (there) => run.claimed.event(pushed, { ...there }))
}

/** Diff policy and secret scan hold for unverified work all the same. */
function mayLeave({ report }: Proof): boolean {
  return report.secrets.length === 0 && report.violations.length === 0
}

async function requestOf(run: RunContext, result: Result, proof: Proof): Promise<PublishRequest> {
  const { contract, policy, bench, facts } = result
  const { candidate, report } = proof
  const { id, task } = run.claimed.run
  const number = task.source.kind === 'github_issue' ? task.source.number : undefined
  const title = pullRequestTitle(
    contract,
    { title: task.title, ...(number && { number }) },
    {
      template: policy.pullRequest.title,
      history: await bench.workspace.recentSubjects(),
      paths: await titledPaths(bench, candidate),
    },
  )
  const verified = isProven(proof)
  return {
    runId: id,
    form: verified ? 'draft' : unverifiedForm(result),
    verified,
    branch: branchName(policy.pullRequest.branchPrefix, number ?? task.title),
    baseBranch: facts.baseBranch,
    baseCommit: facts.baseCommit,
    treeSha: report.treeSha,
    changes: await bench.workspace.changes(candidate.treeSha),
    patch: candidate.patch,
    commitMessage: renderCommitMessage({ title, body: candidate.explanation, runId: id, baseCommit: facts.baseCommit }),
    title,
    body: renderPullRequest(await viewOf(run, result, proof)),
    labels: policy.pullRequest.labels,
    reviewers: policy.pullRequest.reviewers,
    ...(verified && { suggestedReviewers: await suggestReviewers(bench, candidate.treeSha) }),
  }
}

/** Sources before tests, and where most changed first. */
async function titledPaths({ workspace, isTest }: Bench, { treeSha }: Candidate): Promise<string[]> {
  const { files } = await workspace.diff(treeSha)
  const size = ({ addedLines, removedLines }: FileChange) => addedLines + removedLines
  const order = (a: FileChange, b: FileChange) => Number(isTest(a.path)) - Number(isTest(b.path)) || size(b) - size(a)
  return [...files].sort(order).map(({ path }) => path)
}

function evidenceFor({ claimed }: RunContext, { plan, facts }: Result, { report }: Proof): Evidence {
  const { treeSha: tree, baseCommit, checks, reproduction, notVerified, sandbox } = report
  return evidenceOf({
    draftsmith: claimed.run.version,
    run: claimed.run.id,
    repository: facts.repository,
    baseCommit,
    tree,
    verified: report.verified,
    removedTests: plan.removedTests.map(({ name }) => name),
    sandbox,
    checks,
    reproduction,
    notVerified,
  })
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** A branch would start workflows on code that nobody has verified, with the repository's secrets. */
function unverifiedForm({ policy, facts }: Result): PublishRequest['form'] {
  return facts.workflowsRunOnPush ? 'patch' : policy.unverified
}

async function viewOf(run: RunContext, result: Result, proof: Proof): Promise<PullRequestView> {
  const { contract, policy, plan } = result
  const { candidate, report, verdict } = proof
  const { run: row, modelCalls } = run.claimed
  const evidence = renderEvidenceBlock(evidenceFor(run, result, proof))
  const { source, url } = row.task
  // The wait for an answer is no work.
  const since = run.claimed.answers.at(-1)?.at ?? row.startedAt ?? row.createdAt
  const charge = await modelCalls.spent()
  const { estimate } = run.progress.view
  return {
    runId: row.id,
    ...(source.kind === 'github_issue' && { issue: { number: source.number, ...(url && { url }) } }),
    verified: isProven(proof),
    contract,
    ...(result.decision && { decision: result.decision }),
    plan,
    candidate,
    report,
    verdict,
    sentBack: sentBack(proof),
    ...(evidence !== undefined && { evidence, repeatWith: source.kind === 'local' ? row.id : ownAddress }),
    charge,
    ...(estimate && { priceTag: estimateAgainst(estimate, charge) }),
    maxUsd: policy.limits.usd,
    durationMs: row.workedMs + run.now().getTime() - since.getTime(),
    notes: run.progress.view.notes,
    ignored: run.progress.view.ignored,
  }
}

/** Why each round before the last one did not stand, the first one first. */
function sentBack({ before }: Proof): string[] {
  return before === undefined ? [] : [...sentBack(before), reasonOf(before)]
}

function reasonOf({ candidate, report, verdict }: Proof): string {
  const [missing] = missingParts(candidate)
  const found =
    report.problems[0] ??
    objectedTo(verdict, candidate) ??
    (missing ? `A part of the plan is missing: ${missing.kind} ${missing.path}.` : undefined)
  // Why the work ended early is no help without what was wrong with it.
  const said = [found, stopReason(candidate)].filter((reason) => reason !== undefined).map(closed)
  return said.length > 0 ? said.join(' ') : 'It could not be verified.'
}

/** That nobody could be paid to review it is no news where the budget ended the work already. */
function objectedTo({ objections }: Verdict, { stopped }: Candidate): string | undefined {
  const [first] = objections.filter(({ about }) => about !== 'budget' || stopped?.kind !== 'budget_spent')
  if (first?.path === undefined) return first?.message
  const place = first.line === undefined ? first.path : `${first.path}:${first.line}`
  return `${first.by === 'rule' ? 'A rule' : 'The reviewer'} objects to \`${place}\`: ${first.message}`
}

/** Words of the coder are told from ours. */
function stopReason({ stopped }: Candidate): string | undefined {
  return stopped?.kind === 'gave_up' ? `The coder stopped: ${stopped.reason}` : stopped?.reason
}

function closed(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`
}
