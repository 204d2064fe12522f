// What is published of a result, as one value: tree, names, and the words around it.
import type { Candidate } from '../execute/candidate.ts'
import { remarkOf } from '../plan/remarks.ts'
import type { Bench } from '../prepare/bench.ts'
import { branchName } from '../render/branch.ts'
import { renderCommitMessage } from '../render/commit-message.ts'
import { renderEvidenceBlock } from '../render/evidence-block.ts'
import { estimateAgainst } from '../render/price-tag.ts'
import { renderPullRequest } from '../render/pull-request.ts'
import { pullRequestTitle } from '../render/pull-request-title.ts'
import type { PullRequestView } from '../render/pull-request-view.ts'
import { whySentBack } from '../render/why-unverified.ts'
import type { RunContext } from '../run-context.ts'
import { ownersOfAll } from '../toolchain/code-owners.ts'
import { type Evidence, evidenceOf } from '../verify/evidence.ts'
import { isProven, type Proof } from '../verify/feedback.ts'
import type { FileChange } from '../workspace/workspace.ts'
import { ownAddress, type PublishRequest } from './publication.ts'
import type { Result } from './result.ts'
import { suggestReviewers } from './suggest-reviewers.ts'

/** What the host is asked to publish: the verified tree with everything that people read of it. */
export async function publishRequest(run: RunContext, result: Result, proof: Proof): Promise<PublishRequest> {
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

/** A branch would start workflows on code that nobody has verified, with the repository's secrets. */
function unverifiedForm({ policy, facts }: Result): PublishRequest['form'] {
  return facts.workflowsRunOnPush ? 'patch' : policy.unverified
}

/** What was measured, as data that travels. */
export function evidenceFor({ claimed }: RunContext, { plan, facts }: Result, { report }: Proof): Evidence {
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

async function viewOf(run: RunContext, result: Result, proof: Proof): Promise<PullRequestView> {
  const { contract, policy, plan } = result
  const { candidate, report, verdict } = proof
  const { run: row, modelCalls } = run.claimed
  const evidence = renderEvidenceBlock(evidenceFor(run, result, proof))
  const { source, url } = row.task
  // The wait for an answer is no work.
  const since = run.claimed.answers.at(-1)?.at ?? row.startedAt ?? row.createdAt
  const charge = await modelCalls.spent()
  const { estimate, traceId } = run.progress.view
  const changed = (await result.bench.workspace.changes(candidate.treeSha)).map(({ path }) => path)
  const said = run.claimed.answers.flatMap((answer) => remarkOf(answer, answer.by) ?? [])
  return {
    runId: row.id,
    ...(traceId && { traceId }),
    ...(source.kind === 'github_issue' && { issue: { number: source.number, ...(url && { url }) } }),
    verified: isProven(proof),
    contract,
    ...(result.decision && { decision: result.decision }),
    plan,
    candidate,
    report,
    verdict,
    sentBack: whySentBack(proof),
    said,
    owners: ownersOfAll(result.bench.snapshot.owners, changed).map(({ owner }) => owner),
    ...(evidence !== undefined && { evidence, repeatWith: source.kind === 'local' ? row.id : ownAddress }),
    charge,
    ...(estimate && { priceTag: estimateAgainst(estimate, charge) }),
    maxUsd: policy.limits.usd,
    durationMs: row.workedMs + run.now().getTime() - since.getTime(),
    notes: run.progress.view.notes.filter((note) => !said.includes(note)),
    ignored: run.progress.view.ignored,
  }
}
