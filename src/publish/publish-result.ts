// Stage 11: what was proven becomes a draft pull request; what was not is kept in the form that the policy names.
import type { Decline } from '../policy/decline.ts'
import { whyNoChange, whyUnverified } from '../render/why-unverified.ts'
import { type Outcome, pushed, workPatch } from '../run/outcome.ts'
import { type RunContext, stage } from '../run-context.ts'
import { evidenceArtifact } from '../verify/evidence.ts'
import { isProven, type Proof } from '../verify/feedback.ts'
import { notReproduced } from '../verify/not-reproduced.ts'
import { followBase, short } from './follow-base.ts'
import type { Publication } from './publication.ts'
import { evidenceFor, publishRequest } from './publish-request.ts'
import type { Result } from './result.ts'

/** Publishes what there is and says how the run ended. May be called again after a crash: the host finds before it creates. */
export async function publishResult(run: RunContext, result: Result): Promise<Outcome> {
  const { proof } = result
  if (proof === undefined) return withoutWork(proof)
  const unseen = notReproduced(result.contract, proof)
  if (unseen !== undefined) return declineUnseen(run, unseen, proof)
  if (proof.candidate.patch === '') return withoutWork(proof)
  await using followed = await followBase(run, result)
  const there = followed.result.proof ?? proof
  if (there.candidate.patch === '') return alreadyMade(result, followed.result)
  return await leave(run, followed.result, there)
}

function alreadyMade({ facts }: Result, newest: Result): Outcome {
  const moved = `${facts.baseBranch} has moved from ${short(facts.baseCommit)} to ${short(newest.facts.baseCommit)} meanwhile`
  return { kind: 'declined', decline: { code: 'already_made', evidence: [`${moved}, and holds the same change.`] } }
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
  return { kind: 'unverified', reason: whyUnverified(proof), publication }
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
  return { kind: 'failed', code: stopped?.kind ?? 'no_change', ...whyNoChange(stopped) }
}

async function publish(run: RunContext, result: Result, proof: Proof): Promise<Publication> {
  const request = await publishRequest(run, result, proof)
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

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
