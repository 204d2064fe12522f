// What was understood, and what the rules made of it: for a terminal and for the notes of a pull request.
import type { Permitted } from '../policy/autonomy.ts'
import type { PolicyDecision } from '../policy/decision.ts'
import type { RepositoryFacts } from '../prepare/repository-facts.ts'
import type { TaskContract } from '../task/contract.ts'
import { plain } from './neutralise.ts'

/** One line of plain text: `risk high, draft only, plan to be approved`. */
export function decisionLine(decision: PolicyDecision): string {
  if (decision.kind === 'declined') return `declined: ${decision.decline.code.replaceAll('_', ' ')}`
  const approval = decision.kind === 'approval_required' ? ', plan to be approved' : ''
  return `risk ${decision.risk}, ${modeInWords[decision.mode]}${approval}`
}

/** One line with the reasons. Plain text. */
export function decisionSentence(decision: Permitted): string {
  return `Decided by rules: ${decisionLine(decision)}. ${[...decision.reasons, ...decision.approvals].join(' ')}`
}

/** The whole record as lines of plain text. */
export function decisionLines(decision: PolicyDecision): string[] {
  if (decision.kind === 'declined') return [`Decision: ${decisionLine(decision)}`, ...indented(decision.reasons)]
  return [
    `Decision: ${decisionLine(decision)}`,
    ...indented([...decision.reasons, ...decision.approvals, ...decision.notes]),
    `  Before it is published: ${decision.gates.join(', ').replaceAll('_', ' ')}`,
  ]
}

/** The contract in a few lines of plain text; the words in it are the or a model's. */
export function contractLines(contract: TaskContract): string[] {
  const { taskType, complexity, objective, acceptanceCriteria, constraints, components, ownerArea } = contract
  return [
    `Task: ${taskType.replaceAll('_', ' ')}, complexity ${complexity}: ${plain(objective, 300)}`,
    ...indented(acceptanceCriteria.map((criterion) => `must hold: ${plain(criterion, 300)}`)),
    ...indented(constraints.map((constraint) => `constraint: ${plain(constraint, 300)}`)),
    ...(components.length > 0 ? [`  Components: ${components.map((name) => plain(name)).join(', ')}`] : []),
    ...(ownerArea === undefined ? [] : [`  Owner: ${plain(ownerArea)}`]),
  ]
}

/** How the repository was understood, as lines of plain text. */
export function repositoryLines({ commands, instructions, owners }: RepositoryFacts): string[] {
  return [
    'Repository:',
    ...indented(
      commands.map(({ id, line, from, certainty }) => `${id}: ${plain(line)} (${certainty}, from ${plain(from)})`),
    ),
    ...(instructions.length > 0 ? [`  Instructions: ${instructions.map((path) => plain(path)).join(', ')}`] : []),
    ...(owners.length > 0 ? [`  Owners of the named files: ${owners.map((owner) => plain(owner)).join(', ')}`] : []),
  ]
}

const modeInWords = {
  autonomous_pr: 'autonomous PR',
  supervised_pr: 'supervised PR',
  draft_only: 'draft only',
  analysis_only: 'analysis only',
} as const

function indented(lines: string[]): string[] {
  return lines.map((line) => `  ${line}`)
}
