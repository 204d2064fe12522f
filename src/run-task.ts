// THE SPINE. The whole flow from top to bottom; each stage is one call, recorded, and answered from its record after a crash.
import { executePlan } from './execute/execute-plan.ts'
import { exploreRepository } from './explore/explore-repository.ts'
import { judgeCandidate } from './judge/judge-candidate.ts'
import { planChange } from './plan/plan-change.ts'
import { gateOnContract, gateOnRepository } from './policy/gate-stage.ts'
import { prepareBench } from './prepare/prepare-bench.ts'
import { publishResult } from './publish/publish-result.ts'
import type { Outcome } from './run/outcome.ts'
import type { RunContext } from './run-context.ts'
import { normalizeTask } from './task/normalize-stage.ts'
import { screenTask } from './task/screen-stage.ts'
import { feedbackFor, type Proof } from './verify/feedback.ts'
import { verifyCandidate } from './verify/verify-candidate.ts'

/** Takes one claimed run to its outcome. Throws Faults for surprises only; the worker decides what becomes of those. */
export async function runTask(run: RunContext): Promise<Outcome> {
  // 2. Rules over the frozen issue and the policy at the pinned base commit: nothing paid, nothing cloned.
  const screened = await screenTask(run)
  if ('end' in screened) return screened.end
  const { facts, policy } = screened

  // 3–4. From text to a contract; rules decide whether it may be taken.
  const contract = await normalizeTask(run, screened)
  if ('end' in contract) return contract.end
  const decision = await gateOnContract(run, { contract, policy, facts })
  if ('end' in decision) return decision.end

  // 5. A work tree, a sandbox, and a baseline of the repository's own checks before the first edit.
  await using bench = await prepareBench(run, { facts, policy })
  const permitted = await gateOnRepository(run, { contract, policy, decision, bench })
  if ('end' in permitted) return permitted.end

  // 6–7. Look, then plan; rules check the plan.
  const packet = await exploreRepository(run, { contract, policy, bench })
  const plan = await planChange(run, { contract, policy, bench, packet, decision })
  if ('end' in plan) return plan.end

  // 8–10. Execute, verify in a fresh work tree, judge; again with what was found wrong, while rounds and budget last.
  const task = { contract, policy, bench, packet, plan }
  let proof: Proof | undefined
  for (let round = 0; round < policy.limits.verifyRounds; round++) {
    const candidate = await executePlan(run, task, { round, before: proof })
    const report = await verifyCandidate(run, task, { round, candidate })
    const verdict = await judgeCandidate(run, task, { round, candidate, report })
    proof = { candidate, report, verdict, before: proof }
    if (feedbackFor(proof) === undefined) break
  }

  // 11. The published tree is the verified one, or nothing is published.
  return await publishResult(run, { ...task, facts, proof })
}
