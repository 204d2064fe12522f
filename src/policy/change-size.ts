// How large a change may be: what the policy says, or what a person has approved. A plan's size is an estimate.
import type { ImplementationPlan } from '../plan/plan.ts'
import type { Policy } from './policy-schema.ts'

export interface ChangeSize {
  files: number
  addedLines: number
}

/** An approved estimate may be passed by half before it is no longer what was approved. */
const slack = 1.5

export function plannedSize({ modifications }: Pick<ImplementationPlan, 'modifications'>): ChangeSize {
  return {
    files: new Set(modifications.map(({ path }) => path)).size,
    addedLines: modifications.reduce((sum, { estimatedLines }) => sum + estimatedLines, 0),
  }
}

/** One sentence for each limit that a change passes. `approved`: the plan, where a person has approved it. */
export function oversize(
  { files, addedLines }: ChangeSize,
  { limits }: Pick<Policy, 'limits'>,
  approved?: Pick<ImplementationPlan, 'modifications'>,
): string[] {
  const agreed = approved === undefined ? { files: 0, addedLines: 0 } : plannedSize(approved)
  return [
    ...over(files, limits.files, { agreed: agreed.files, said: `The change touches ${files} files; limits.files is` }),
    ...over(addedLines, limits.addedLines, {
      agreed: Math.ceil(agreed.addedLines * slack),
      said: `The change adds ${addedLines} lines; limits.addedLines is`,
    }),
  ]
}

function over(size: number, limit: number, { agreed, said }: { agreed: number; said: string }): string[] {
  if (size <= Math.max(limit, agreed)) return []
  return [agreed > limit ? `${said} ${limit}, and the approved plan reaches to ${agreed}.` : `${said} ${limit}.`]
}
