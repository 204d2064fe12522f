// What follows where few tests guard a change: none can be run at all, or none is near the code that the plan changes.
import type { ImplementationPlan } from '../plan/plan.ts'
import type { TaskContract, TaskType } from '../task/contract.ts'
import type { RepositorySnapshot } from '../toolchain/toolchain.ts'
import { type AutonomyMode, autonomyModes } from './decision.ts'
import type { Decline } from './decline.ts'
import type { Policy } from './policy-schema.ts'

/** On the clone: undefined where tests can be run, or the policy lets something else suffice (`thinTests`). */
export function withoutTests(
  { checks, languages }: Pick<RepositorySnapshot, 'checks' | 'languages'>,
  { taskType }: TaskContract,
  { thinTests }: Policy,
): Decline | undefined {
  if (checks.some(({ name }) => name === 'test')) return undefined
  if (taskType === 'documentation' || thinTests === 'unverified') return undefined
  if (checks.length > 0 && thinTests === 'allow') return undefined
  const found = checks.map(({ line }) => line).join(', ')
  return {
    code: 'no_checks',
    evidence: [
      `No command that runs tests was found${found === '' ? ', and no other check' : `; only: ${found}`}.`,
      ...(languages.length > 0 ? [`Languages: ${languages.join(', ')}.`] : []),
    ],
  }
}

/** A test of what is to come fails before the change, so it cannot be made to stand first; one of what is there can. */
const keepsBehaviour: readonly TaskType[] = ['refactor', 'migration', 'dependency_upgrade']

/**
 * On a plan, as problems that go back to the planner: `untestedCode: write_first` wants a test in it, and before the change
 * where that keeps what the code does. `untested`: changed files that no test is near.
 */
export function testsToWriteFirst(
  { modifications, withoutTest }: ImplementationPlan,
  { taskType }: TaskContract,
  { policy, untested }: { policy: Policy; untested: string[] },
): string[] {
  if (untested.length === 0 || policy.untestedCode !== 'write_first' || withoutTest !== undefined) return []
  const first = modifications.findIndex(({ test, kind }) => test && kind !== 'delete')
  const names = untested.slice(0, 3).join(', ')
  if (first < 0)
    return [
      `No test is near ${names}. Add one that shows what the change is about, or say in withoutTest why none can.`,
    ]
  if (!keepsBehaviour.includes(taskType)) return []
  const early = modifications.slice(0, first).filter(({ path }) => untested.includes(path))
  return early.map(
    ({ id, path }) => `${id}: no test is near ${path}. Put the test before it, and let it depend on that.`,
  )
}

/** What a plan for code without tests makes of the decision. */
export interface Untested {
  decline?: Decline
  /** Why the run goes one step less far. */
  lowered?: string
}

const nearNone = 'No test is near'

/** The planner may leave a test out that the policy wants first; then people look closer. */
export function onUntested(
  { withoutTest, modifications }: Pick<ImplementationPlan, 'withoutTest' | 'modifications'>,
  { policy: { untestedCode: wanted }, untested }: { policy: Policy; untested: string[] },
): Untested {
  if (untested.length === 0 || wanted === 'allow') return {}
  const found = `${nearNone} ${untested.slice(0, 3).join(', ')}`
  if (wanted === 'decline') return { decline: { code: 'untested_code', evidence: untested.slice(0, 5).map(alone) } }
  if (wanted === 'lower_autonomy') return { lowered: `${found} (untestedCode: lower_autonomy).` }
  const writesOne = modifications.some(({ test, kind }) => test && kind !== 'delete')
  return withoutTest === undefined || writesOne ? {} : { lowered: `${found}, and the plan writes none: ${withoutTest}` }
}

function alone(path: string): string {
  return `No test is named after ${path} or imports it.`
}

/** One step stricter, but never so far that nothing is executed. */
export function lowered(mode: AutonomyMode): AutonomyMode {
  const next = autonomyModes[autonomyModes.indexOf(mode) + 1]
  return next === undefined || next === 'analysis_only' ? mode : next
}

/** A plan that is amended passes the gate again, with the decision on what it was before. */
export function wasLowered({ reasons }: { reasons: string[] }): boolean {
  return reasons.some((reason) => reason.startsWith(nearNone))
}
