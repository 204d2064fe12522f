// A change to the plan while it is carried out: checked like the plan itself.
import { gatePlan } from '../policy/gate-plan.ts'
import { mayChange } from '../policy/paths.ts'
import { checkPlan } from './check-plan.ts'
import type { ImplementationPlan, Modification } from './plan.ts'
import type { PlannedTask } from './planned-task.ts'

/** One modification that joins the plan, and why it has to. */
export interface Amendment {
  modification: Modification
  reason: string
}

/** The plan with what was added to it, as a person would have to approve it. */
export function amendedPlan(plan: ImplementationPlan, amendments: Amendment[]): ImplementationPlan {
  const known = new Set(plan.modifications.map(({ id }) => id))
  const added = amendments.map(({ modification }) => modification).filter(({ id }) => !known.has(id))
  return { ...plan, modifications: [...plan.modifications, ...added] }
}

/** Why a plan that was amended may not be carried out: the same rules of paths and size that the first one passed. Undefined where it may. */
export async function refuseAmended(
  amended: ImplementationPlan,
  { contract, policy, bench, approved }: PlannedTask,
): Promise<string | undefined> {
  const knownFiles = filesBefore(amended.modifications.slice(0, -1), await bench.workspace.files())
  const problems = checkPlan(amended, { knownFiles, mayWrite: (path) => mayChange(path, contract, policy) })
  if (problems.length > 0) return problems.join('\n')
  const gated = gatePlan(amended, contract, { policy, knownFiles })
  if (gated.kind === 'declined')
    return `The policy refuses it (${gated.decline.code}): ${gated.decline.evidence.join(' ')}`
  // What an approved plan needed approval for, it has; the amended one is put before a person as a whole.
  if (gated.kind === 'approval_required' && !approved)
    return `The policy lets only a person decide on it: ${gated.reasons.join(' ')}`
  return undefined
}

/** The files as if nothing of the plan were carried out yet, so that what stood when it was planned stands still. */
function filesBefore(planned: Modification[], now: string[]): Set<string> {
  const files = new Set(now)
  for (const { path, kind } of planned) {
    if (kind === 'create') files.delete(path)
    else files.add(path)
  }
  return files
}
