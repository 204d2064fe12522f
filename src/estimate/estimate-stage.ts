// Before planning: what the run will cost, said to people and kept; the rules ask a person where it does not fit.
import type { ContextPacket } from '../explore/context-packet.ts'
import type { Permitted } from '../policy/autonomy.ts'
import { gateEstimate } from '../policy/gate-estimate.ts'
import { priceByRole, reviewersOf } from '../policy/model-choice.ts'
import type { Policy } from '../policy/policy.ts'
import { recorded } from '../run/stage-recorder.ts'
import type { RunContext } from '../run-context.ts'
import type { TaskContract } from '../task/contract.ts'
import { type Estimate, estimateFromRuns } from './estimate.ts'
import { guessFromSize } from './size-guess.ts'

/** Under which the ledger keeps it. */
export const estimateKey = 'estimate'

interface Known {
  contract: TaskContract
  policy: Policy
  packet: ContextPacket
  decision: Permitted
}

/** The decision, which asks for approval where the estimate passes the budget. */
export async function estimateCost(run: RunContext, known: Known): Promise<Permitted> {
  // Told once: after a revision or a restart it is still what was said before anything of it was paid.
  const estimate = await recorded(run.claimed, { stage: estimateKey, input: null }, () => estimateOf(run, known))
  const decision = gateEstimate(estimate, known)
  if (decision.overBudget !== undefined) run.progress.note(decision.overBudget)
  await run.progress.estimated(estimate)
  return decision
}

async function estimateOf({ claimed, ceilings }: RunContext, { contract, policy, packet }: Known): Promise<Estimate> {
  const priceOfRole = priceByRole(policy, ceilings)
  const subject = { repositoryKey: claimed.run.repositoryKey, taskType: contract.taskType }
  const fromRuns = estimateFromRuns(await claimed.earlierRuns(), subject, priceOfRole)
  if (fromRuns !== undefined) return fromRuns
  const { usage: spent } = await claimed.modelCalls.spent()
  const { complexity } = contract
  const reviewers = reviewersOf(policy).length
  return guessFromSize({ complexity, packetCharacters: charactersOf(packet), spent, reviewers }, priceOfRole)
}

function charactersOf({ files, map }: ContextPacket): number {
  return files.flatMap(({ parts }) => parts).reduce((sum, { text }) => sum + text.length, map.length)
}
