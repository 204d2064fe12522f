// Stage 4, and once more after the clone: rules decide whether the contract may be taken, and how far.
import type { Bench } from '../prepare/bench.ts'
import { ownersInScope } from '../prepare/owner-area.ts'
import { repositoryFacts } from '../prepare/repository-facts.ts'
import { type Ended, end, type RunContext, stage } from '../run-context.ts'
import type { TaskContract } from '../task/contract.ts'
import type { BaseFacts } from '../task/task-host.ts'
import type { Permitted } from './autonomy.ts'
import type { Decline } from './decline.ts'
import { gate, gateSnapshot, lostPaths } from './gate.ts'
import type { Policy } from './policy.ts'

export type { Permitted } from './autonomy.ts'

interface Gated {
  contract: TaskContract
  policy: Policy
  facts: BaseFacts
}

export async function gateOnContract(run: RunContext, { contract, policy, facts }: Gated): Promise<Permitted | Ended> {
  const decision = await stage(run, 'gate', {
    input: { contract, policy },
    work: async () => gate(contract, policy, facts),
    note: (value) =>
      value.kind === 'declined' ? undefined : `risk ${value.risk}, ${value.mode.replace('_', ' ').replace('pr', 'PR')}`,
    failed: ({ kind }) => kind === 'declined',
  })
  return decision.kind === 'declined' ? end({ kind: 'declined', decline: decision.decline }) : decision
}

interface Known {
  contract: TaskContract
  policy: Policy
  decision: Permitted
  bench: Bench
}

/** What only the clone can show: paths that do not exist, tools that are missing, checks that cannot be run. */
export async function gateOnRepository(
  run: RunContext,
  { contract, policy, decision, bench }: Known,
): Promise<Permitted | Ended> {
  const { missingTools, installProblem } = bench.baseline
  if (installProblem !== undefined)
    return end({ kind: 'declined', decline: { code: 'install_failed', evidence: [installProblem] } })
  const unusable = unusableBaseline(bench)
  if (unusable !== undefined) return end({ kind: 'declined', decline: unusable })
  const owners = ownersInScope(contract, { policy, bench })
  await run.claimed.event('repository', { ...repositoryFacts(bench.snapshot, owners) })
  const files = new Set(await bench.workspace.files())
  const known = gateSnapshot({ contract, policy, decision, snapshot: bench.snapshot, files, missingTools })
  await run.claimed.event('gate', { decision: known })
  if (known.kind === 'declined') return end({ kind: 'declined', decline: known.decline })
  for (const lost of lostPaths(contract, files)) run.progress.note(lost)
  return known
}

/** Where the tests end badly before any change and name none, nothing could tell whether a change stands. */
function unusableBaseline({ baseline }: Bench): Decline | undefined {
  const tests = baseline.checks.filter(({ name }) => name === 'test')
  const says = tests.some(
    ({ passed, tests: named }) => passed || (named ?? []).some(({ status }) => status === 'passed'),
  )
  if (tests.length === 0 || says) return undefined
  return {
    code: 'baseline_unusable',
    evidence: tests.slice(0, 3).map(({ line, summary }) => `${line}\n${summary}`),
  }
}
