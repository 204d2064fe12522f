// How risky a contract is. Rules and the analyst each name a risk, and the worse one counts: no word of a model lowers it.
import { type Risk, risks, type TaskContract } from '../task/contract.ts'
import type { Policy } from './policy-schema.ts'
import { isHarmless, type RiskSignal, risksInPaths, risksInText, worse } from './risk.ts'

export interface JudgedRisk {
  risk: Risk
  /** Whole sentences, each naming the word, the path or the rule that makes the risk what it is. */
  reasons: string[]
}

export function riskOf(contract: TaskContract, policy: Policy): JudgedRisk {
  const signals = [
    ...riskInWords(contract, []),
    ...risksInPaths(contract.affectedFiles),
    { risk: policy.sensitivity, reason: `the policy says sensitivity: ${policy.sensitivity}` },
  ]
  const byRule = signals.map(({ risk }) => risk).reduce(worse, leastRisk(contract))
  const risk = worse(byRule, contract.risk)
  if (risk === risks[0])
    return { risk, reasons: [`Risk low: a ${inWords(contract.taskType)} task without a sensitive subject.`] }
  return raised(risk, signals) ?? { risk, reasons: [`Risk ${risk}: ${byKind(contract, byRule)}.`] }
}

/**
 * What the words of issue and contract tell of. A task that a label or the form calls one of documents or tests may speak
 * of any subject, as long as it touches nothing else; a model's word for it is not enough.
 */
export function riskInWords(contract: TaskContract, touched: string[]): RiskSignal[] {
  const { objective, acceptanceCriteria, signals = [], typeIsGiven, affectedFiles } = contract
  const onlyWords = leastRisk(contract) === 'low' && typeIsGiven === true
  if (onlyWords && [...affectedFiles, ...touched].every(isHarmless)) return []
  return [...signals, ...risksInText([objective, ...acceptanceCriteria].join('\n'))]
}

/** The signals that make the risk what it is; undefined where none does. */
export function raised(risk: Risk, signals: RiskSignal[]): JudgedRisk | undefined {
  const reasons = signals.filter((signal) => signal.risk === risk).map(({ reason }) => reason)
  if (reasons.length === 0) return undefined
  return { risk, reasons: [...new Set(reasons)].map((reason) => `Risk ${risk}: ${reason}.`) }
}

/** Only documents and tests are low by kind; a change to what runs is not. */
function leastRisk({ taskType }: TaskContract): Risk {
  return taskType === 'documentation' || taskType === 'test' ? 'low' : 'medium'
}

function byKind({ taskType, risk }: TaskContract, byRule: Risk): string {
  const kind = `a ${inWords(taskType)} task`
  return worse(risk, byRule) === byRule
    ? `${kind} without a sensitive subject`
    : `${kind}, judged ${risk} by the analyst`
}

export function inWords(taskType: TaskContract['taskType']): string {
  return taskType.replaceAll('_', ' ')
}
