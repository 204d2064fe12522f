// The base branch may have moved while the work went on. Proven work is carried over to its newest commit and verified there again.

import { toFault } from '../errors.ts'
import type { Candidate } from '../execute/candidate.ts'
import type { Bench } from '../prepare/bench.ts'
import { type Preparing, prepareBench } from '../prepare/prepare-bench.ts'
import { recorded } from '../run/stage-recorder.ts'
import type { RunContext } from '../run-context.ts'
import { isProven, type Proof } from '../verify/feedback.ts'
import { verifyCandidate } from '../verify/verify-candidate.ts'
import type { Result } from './result.ts'

/** The result on the commit that it is published on. Disposing gives back what verifying it there took. */
export interface Followed extends AsyncDisposable {
  result: Result
}

/**
 * Once, since a busy branch never stands still: a pull request on a base that moved again is still a verified one. Work that
 * is not proven stays where it is. A conflict, or a check that breaks on the new base, makes the work unverified and says so.
 * The patch is empty where somebody has made the same change meanwhile.
 */
export async function followBase(run: RunContext, result: Result): Promise<Followed> {
  const { proof, facts } = result
  const stays = { result, [Symbol.asyncDispose]: async () => {} }
  if (proof === undefined || !isProven(proof)) return stays
  const newest = await newestBase(run, result)
  if (newest === facts.baseCommit) return stays
  const moved = `${facts.baseBranch} moved from ${short(facts.baseCommit)} to ${short(newest)} while this was worked on`
  const there = await prepareBench(besides(run), { facts: { baseCommit: newest }, policy: result.policy })
  try {
    const followed = await carryOver(run, { result, proof, bench: there, moved })
    return { result: followed, [Symbol.asyncDispose]: () => there[Symbol.asyncDispose]() }
  } catch (thrown) {
    await there[Symbol.asyncDispose]()
    throw thrown
  }
}

/** Recorded, so that the same commit is meant after a crash. A branch that is gone has not moved. */
function newestBase(run: RunContext, { facts, proof }: Result): Promise<string> {
  return recorded(
    run.claimed,
    { stage: 'newest_base', input: { treeSha: proof?.candidate.treeSha, baseCommit: facts.baseCommit } },
    async () => (await run.host.newest?.(facts.baseBranch)) ?? facts.baseCommit,
  )
}

/** Work trees of its own, beside those of the run, which stay as they are. */
function besides(run: RunContext): Preparing {
  const { claimed } = run
  const { id, repositoryKey } = claimed.run
  return {
    ...run,
    claimed: {
      run: { id: `${id}-newest`, repositoryKey },
      readStage: (key) => claimed.readStage(key),
      writeStage: (key, value) => claimed.writeStage(key, value),
      writeArtifact: (name, content, mediaType) => claimed.writeArtifact(name, content, mediaType),
    },
  }
}

interface CarryOver {
  result: Result
  proof: Proof
  /** At the newest commit. */
  bench: Bench
  moved: string
}

async function carryOver(run: RunContext, { result, proof, bench, moved }: CarryOver): Promise<Result> {
  const { missingTools, installProblem } = bench.baseline
  if (missingTools.length > 0 || installProblem !== undefined)
    return unverified(
      result,
      proof,
      `${moved}, and nothing can be verified there: ${installProblem ?? missingTools.join(', ')}.`,
    )
  const candidate = await candidateOn(bench, proof.candidate)
  if (candidate === undefined) return unverified(result, proof, `${moved}, and both change the same lines.`)
  const { policy, contract, facts } = result
  const { baseCommit } = bench.workspace
  const there: Result = {
    ...result,
    bench,
    contract: { ...contract, baseCommit },
    facts: { ...facts, baseCommit },
  }
  if (candidate.patch === '') return { ...there, proof: { ...proof, candidate } }
  // A round of its own, after all that the policy allows.
  const report = await verifyCandidate(run, there, { round: policy.limits.verifyRounds, candidate })
  run.progress.note(`${moved}. It was carried over and ${report.verified ? 'verified again' : 'does not stand there'}.`)
  return { ...there, proof: { ...proof, candidate, report } }
}

/** The same change to another commit, which may have it already; undefined where it conflicts. */
async function candidateOn({ workspace }: Bench, candidate: Candidate): Promise<Candidate | undefined> {
  try {
    const treeSha = await workspace.carryOver(candidate.patch)
    return { ...candidate, treeSha, patch: (await workspace.diff(treeSha)).text }
  } catch (thrown) {
    if (toFault(thrown).code === 'patch_rejected') return undefined
    throw thrown
  }
}

/** What was proven stays on the old base, where it was proven, and is said to be no more than that. */
function unverified(result: Result, proof: Proof, problem: string): Result {
  const problems = [problem]
  return {
    ...result,
    proof: { ...proof, report: { ...proof.report, verified: false, problems, beyondRepair: problems } },
  }
}

export function short(commit: string): string {
  return commit.slice(0, 7)
}
