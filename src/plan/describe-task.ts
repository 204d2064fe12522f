// The contract and the repository in the words that planner and coder read. Equal input gives equal text, so that caches and recordings hold.
import type { ContextFile, ContextPacket } from '../explore/context-packet.ts'
import { hashOf } from '../model/canonical.ts'
import type { Bench } from '../prepare/bench.ts'
import type { TaskContract } from '../task/contract.ts'
import { instructionsFor } from '../toolchain/instructions.ts'
import type { CheckCommand, CheckResult } from '../toolchain/toolchain.ts'
import { couldRun } from '../verify/report.ts'

/** Text that others wrote, between marks that it cannot close: where it tries, the marks carry its hash, which no text can contain. */
export function fence(tag: string, text: string, attributes = ''): string {
  const name = text.includes(`</${tag}`) ? `${tag}-${hashOf(text).slice(0, 8)}` : tag
  return `<${name}${attributes}>\n${text.trimEnd()}\n</${name}>`
}

/** Criteria are numbered from 1, as plan and coder name them. With the author's own words where no model has read them: data, like every text of others. */
export function describeContract(contract: TaskContract): string {
  const { taskType, objective, acceptanceCriteria, constraints, background } = contract
  const lines = [
    objective,
    ...acceptanceCriteria.map((criterion, at) => `- criterion ${at + 1}: ${criterion}`),
    ...constraints.map((constraint) => `- constraint: ${constraint}`),
  ]
  const told = background === undefined ? [] : [fence('reported', background)]
  return [fence('contract', lines.join('\n'), ` type="${taskType}"`), ...told].join('\n\n')
}

/** With what fails before the change already, and the instructions of the root and of the folders that those paths lie in. */
export function describeRepository(
  { snapshot, baseline }: Pick<Bench, 'snapshot' | 'baseline'>,
  paths: string[] = [],
): string {
  const before = new Map(baseline.checks.map((check) => [check.id, check]))
  const lines = snapshot.checks.map((check) => describeCheck(check, before.get(check.id)))
  const texts = instructionsFor(snapshot, paths).map(({ path, text }) =>
    fence('instructions', text.trim(), ` path="${path}"`),
  )
  return [`Checks of this repository:`, ...(lines.length > 0 ? lines : ['- none']), ...texts].join('\n')
}

function describeCheck({ id, line, cwd }: CheckCommand, before: CheckResult | undefined): string {
  const red = before === undefined || before.passed ? '' : ` (${failsAlready(before)})`
  return `- ${id}: ${line}${cwd === '.' ? '' : ` (in ${cwd})`}${red}`
}

const mostNames = 10

/** Who does not know it takes an old failure for one of the change. */
function failsAlready({ exitCode, tests = [] }: CheckResult): string {
  if (!couldRun({ exitCode })) return 'cannot be run here'
  const red = tests.filter(({ status }) => status === 'failed').map(({ name }) => name)
  if (red.length === 0) return 'fails before the change already'
  const more = red.length > mostNames ? ` … and ${red.length - mostNames} more` : ''
  return `before the change these fail already: ${red.slice(0, mostNames).join('; ')}${more}`
}

export function describePacket({ map, files, notFound }: ContextPacket): string {
  return [
    fence('map', map),
    ...files.map(describePart),
    ...(notFound.length > 0 ? [`Searched for and not found: ${notFound.join(', ')}`] : []),
  ].join('\n\n')
}

export function describeFile(path: string, text: string): string {
  return fence('file', text, ` path="${path}"`)
}

export function describePart({ path, lines, parts }: Pick<ContextFile, 'path' | 'lines' | 'parts'>): string {
  const whole = parts.length === 1 && parts[0]?.from === 1 && parts[0].to === lines
  const shown = parts.map(({ from, to, text }) => (whole ? text : `lines ${from}-${to}:\n${text}`)).join('\n…\n')
  return fence('file', shown, ` path="${path}" lines="${lines}"`)
}
