// The contract and the repository in the words that planner and coder read. Equal input gives equal text, so that caches and recordings hold.
import type { ContextFile, ContextPacket } from '../explore/context-packet.ts'
import type { TaskContract } from '../task/contract.ts'
import type { RepositorySnapshot } from '../toolchain/toolchain.ts'

export function describeContract({ taskType, objective, acceptanceCriteria, constraints }: TaskContract): string {
  return [
    `<contract type="${taskType}">`,
    objective,
    ...acceptanceCriteria.map((criterion) => `- must hold: ${criterion}`),
    ...constraints.map((constraint) => `- constraint: ${constraint}`),
    '</contract>',
  ].join('\n')
}

export function describeRepository({ checks, instructions }: RepositorySnapshot): string {
  const lines = checks.map(({ id, line, cwd }) => `- ${id}: ${line}${cwd === '.' ? '' : ` (in ${cwd})`}`)
  const texts = instructions.map(({ path, text }) => `<instructions path="${path}">\n${text.trim()}\n</instructions>`)
  return [`Checks of this repository:`, ...(lines.length > 0 ? lines : ['- none']), ...texts].join('\n')
}

export function describePacket({ map, files, notFound }: ContextPacket): string {
  return [
    `<map>\n${map}\n</map>`,
    ...files.map(describeFile),
    ...(notFound.length > 0 ? [`Searched for and not found: ${notFound.join(', ')}`] : []),
  ].join('\n\n')
}

function describeFile({ path, lines, parts }: ContextFile): string {
  const whole = parts.length === 1 && parts[0]?.from === 1 && parts[0].to === lines
  const shown = parts.map(({ from, to, text }) => (whole ? text : `lines ${from}-${to}:\n${text}`)).join('\n…\n')
  return `<file path="${path}" lines="${lines}">\n${shown}\n</file>`
}
