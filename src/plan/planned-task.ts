import type { ContextPacket } from '../explore/context-packet.ts'
import type { Policy } from '../policy/policy.ts'
import type { Bench } from '../prepare/bench.ts'
import type { TaskContract } from '../task/contract.ts'
import type { ImplementationPlan } from './plan.ts'

/** What the stages after the plan share. */
export interface PlannedTask {
  contract: TaskContract
  policy: Policy
  bench: Bench
  packet: ContextPacket
  plan: ImplementationPlan
  /** A person approved exactly this plan: what is added to it needs an approval of its own. */
  approved?: boolean
}
