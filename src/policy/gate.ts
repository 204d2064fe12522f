// Stage 4, and once more on the clone: may this be done, how far, and who has to be asked. Rules only.
import type { TaskContract } from '../task/contract.ts'
import type { BaseFacts } from '../task/task-host.ts'
import type { RepositorySnapshot } from '../toolchain/toolchain.ts'
import { approvalsOf, modeFor, type Permitted, permit } from './autonomy.ts'
import { inWords, riskOf } from './contract-risk.ts'
import type { PolicyDecision } from './decision.ts'
import type { Decline, DeclineCode } from './decline.ts'
import { lostPath } from './nearest-paths.ts'
import type { Policy } from './policy-schema.ts'
import { refusedFiles } from './refused-files.ts'
import { withoutTests } from './thin-tests.ts'

/** On the contract alone, before anything is cloned. */
export function gate(contract: TaskContract, policy: Policy, facts: BaseFacts): PolicyDecision {
  const { risk, reasons } = riskOf(contract, policy)
  const decline =
    refusedFiles(contract.affectedFiles, policy) ?? refusedType(contract, policy) ?? refusedComplexity(contract, policy)
  if (decline !== undefined) return { kind: 'declined', decline, reasons: [...reasons, ...decline.evidence] }

  const notes = facts.workflowsRunOnPush
    ? ['Workflows or pipelines run on a push to any branch: unverified work stays a patch.']
    : []
  const mode = modeFor(contract, policy, risk)
  return permit({ risk, mode, reasons, approvals: approvalsOf(contract, policy), notes }, policy)
}

export interface KnownRepository {
  contract: TaskContract
  decision: Permitted
  snapshot: RepositorySnapshot
  policy: Policy
  /** Tracked files at the base commit. */
  files: ReadonlySet<string>
  /** Programs that the checks need and the sandbox does not have. */
  missingTools?: string[]
}

/** Once more, on what the clone has shown. */
export function gateSnapshot(known: KnownRepository): PolicyDecision {
  const { decision, missingTools = [] } = known
  const decline =
    missingPaths(known) ??
    (missingTools.length > 0
      ? declined('tool_missing', [`Not on this machine: ${missingTools.join(', ')}.`])
      : undefined) ??
    withoutTests(known.snapshot, known.contract, known.policy)
  return decline === undefined ? decision : { kind: 'declined', decline, reasons: decline.evidence }
}

function refusedType({ taskType }: TaskContract, policy: Policy): Decline | undefined {
  return policy.modes[taskType] === 'decline'
    ? declined('task_type_not_allowed', [
        `This is a ${inWords(taskType)} task; the policy says modes.${taskType}: decline.`,
      ])
    : undefined
}

function refusedComplexity({ complexity, objective }: TaskContract, policy: Policy): Decline | undefined {
  return complexity === 'high' && policy.complexity === 'decline'
    ? declined('too_complex', [
        `As understood: ${objective}`,
        'Its complexity is judged as high: design decisions are open, it spans many parts, or no test can show it.',
      ])
    : undefined
}

/** A repair or a refactoring needs something that is there; other tasks may create what they name. */
function missingPaths({ contract, files }: KnownRepository): Decline | undefined {
  const lost = lostPaths(contract, files)
  return lost.length > 0 && lost.length === contract.affectedFiles.length
    ? declined('path_missing', lost.slice(0, 5))
    : undefined
}

/** What is said of paths that a repair or a refactoring names and that are not there, each with what may be meant. */
export function lostPaths({ affectedFiles, taskType }: TaskContract, files: ReadonlySet<string>): string[] {
  if (taskType !== 'bug_fix' && taskType !== 'refactor') return []
  const all = [...files]
  const exists = (path: string) =>
    files.has(path) || all.some((file) => file.endsWith(`/${path}`) || file.startsWith(`${path.replace(/\/$/, '')}/`))
  return affectedFiles.filter((path) => !exists(path)).map((path) => lostPath(path, files))
}

function declined(code: DeclineCode, evidence: string[]): Decline {
  return { code, evidence }
}
