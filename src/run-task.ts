// THE SPINE. The whole flow from top to bottom; each stage is one call, recorded, and answered from its record after a crash.
import { estimateCost } from './estimate/estimate-stage.ts'
import { executeAgreed } from './execute/execute-agreed.ts'
import { exploreRepository } from './explore/explore-repository.ts'
import { judgeCandidate } from './judge/judge-candidate.ts'
import { agreeOnPlan } from './plan/agree-on-plan.ts'
import { agreeOnReading } from './plan/agree-on-reading.ts'
import { planChange } from './plan/plan-change.ts'
import { withRemarks } from './plan/remarks.ts'
import { gateOnContract, gateOnRepository } from './policy/gate-stage.ts'
import { ownersInScope, withOwners } from './prepare/owner-area.ts'
import { prepareBench } from './prepare/prepare-bench.ts'
import { publishResult } from './publish/publish-result.ts'
import type { Outcome } from './run/outcome.ts'
import type { Waiting } from './run/question.ts'
import type { RunContext } from './run-context.ts'
import { screenTask } from './task/screen-stage.ts'
import { feedbackFor, type Proof } from './verify/feedback.ts'
import { verifyCandidate } from './verify/verify-candidate.ts'

/**
 * Takes one claimed run to its outcome, or to a question that people have to answer: then it is claimed again with their
 * answer, and the stages before it are answered from their records. Throws Faults for surprises only; the worker decides
 * what becomes of those.
 */
export async function runTask(run: RunContext): Promise<Outcome | Waiting> {
  // 2. Rules over the frozen issue and the policy at the pinned base commit: nothing paid, nothing cloned.
  const screened = await screenTask(run)
  if ('end' in screened) return screened.end
  const { facts, policy } = screened

  // 3–4. From text to a contract, with people where it can be meant in several ways; rules decide whether it may be taken.
  const understood = await agreeOnReading(run, screened)
  if ('end' in understood) return understood.end
  const decision = await gateOnContract(run, { contract: understood, policy, facts })
  if ('end' in decision) return decision.end

  // 5. A work tree, a sandbox, and a baseline of the repository's own checks before the first edit.
  await using bench = await prepareBench(run, { facts, policy })
  const permitted = await gateOnRepository(run, { contract: understood, policy, decision, bench })
  if ('end' in permitted) return permitted.end

  // 6–7. Look, say what it will cost, then plan, with what people have said of earlier plans; rules check the plan, and people where the rules ask for them.
  const owners = ownersInScope(understood, { policy, bench })
  const contract = withOwners(withRemarks(understood, run.claimed.answers), owners)
  const packet = await exploreRepository(run, { contract, policy, bench })
  const priced = await estimateCost(run, { contract, policy, packet, decision: permitted })
  const plan = await planChange(run, { contract, policy, bench, packet })
  if ('end' in plan) return plan.end
  const agreed = await agreeOnPlan(run, { contract, policy, bench, packet, plan, decision: priced })
  if ('end' in agreed) return agreed.end

  // 8–10. Execute, verify in a fresh work tree, judge; again with what was found wrong, while rounds and budget last.
  let task = agreed
  let proof: Proof | undefined
  for (let round = 0; round < policy.limits.verifyRounds; round++) {
    const executed = await executeAgreed(run, task, { round, before: proof })
    if ('end' in executed) return executed.end
    const { candidate } = executed
    task = executed.task
    const report = await verifyCandidate(run, task, { round, candidate })
    const verdict = await judgeCandidate(run, task, { round, candidate, report })
    proof = { candidate, report, verdict, before: proof }
    if (feedbackFor(proof) === undefined) break
  }

  // 11. The published tree is the verified one, or nothing is published.
  return await publishResult(run, { ...task, facts, proof })
}
