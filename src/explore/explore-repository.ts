import type { Policy } from '../policy/policy.ts'
import type { Bench } from '../prepare/bench.ts'
import { type RunContext, stage } from '../run-context.ts'
import type { TaskContract } from '../task/contract.ts'
import type { ContextPacket } from './context-packet.ts'
import { explore } from './explore.ts'

/** Stage 6, recorded: what planner and coder are shown first. */
export async function exploreRepository(
  run: RunContext,
  { contract, policy, bench }: { contract: TaskContract; policy: Policy; bench: Bench },
): Promise<ContextPacket> {
  return stage(run, 'explore', {
    input: { contract },
    work: () => explore({ contract, snapshot: bench.snapshot, tree: bench.tree, maxFiles: policy.limits.packetFiles }),
    note: ({ files }) => `${files.length} file${files.length === 1 ? '' : 's'} to read first`,
  })
}
