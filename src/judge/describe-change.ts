// What the reviewer model reads: contract, plan, evidence and diff. Equal changes give equal text.
import { describeContract, fence } from '../plan/describe-task.ts'
import type { PlannedTask } from '../plan/planned-task.ts'
import type { TreeChange } from '../publish/publication.ts'
import type { VerificationReport } from '../verify/report.ts'
import type { Patch } from '../workspace/workspace.ts'
import { type PatchSection, patchSections } from './patch-sections.ts'

/** A changed file up to this length is shown whole, so that the reviewer sees what the change stands in. */
const longestWhole = { lines: 150, characters: 6_000 }

export interface DescribedChange {
  patch: Patch
  /** With whole contents, as the patch leaves them. */
  changes: TreeChange[]
  report: VerificationReport
}

export function describeChange({ contract, plan }: PlannedTask, { patch, changes, report }: DescribedChange): string {
  return [
    describeContract(contract),
    fence('plan', plan.modifications.map(({ path, title }) => `- ${path}: ${title}`).join('\n')),
    fence('evidence', describeEvidence(report)),
    fence('diff', describeDiff(patch, changes)),
  ].join('\n\n')
}

/** A unified diff without the lines that only git needs. */
export function describeDiff(patch: Patch, changes: TreeChange[]): string {
  const texts = new Map(changes.map(({ path, blob }) => [path, blob?.content.toString('utf8')]))
  return patchSections(patch)
    .map((section) => describeFile(section, texts.get(section.file.path)))
    .join('\n')
}

function describeFile(section: PatchSection, text: string | undefined): string {
  const { file, hunks } = section
  const { path, kind, binary } = file
  const lines = text?.split('\n') ?? []
  const whole =
    kind === 'modified' && lines.length <= longestWhole.lines && (text ?? '').length <= longestWhole.characters
  const words = { added: 'new file', deleted: 'deleted', modified: whole ? 'changed, shown whole' : 'changed' }
  const head = `=== ${path} (${binary ? 'binary' : words[kind]})`
  if (binary || hunks.length === 0) return head
  const body = whole
    ? unfolded(section, lines)
    : hunks.flatMap(({ start, lines: shown }) => [`@@ line ${start} @@`, ...shown])
  return [head, ...(kind === 'added' ? hunks.flatMap((hunk) => hunk.lines) : body)].join('\n')
}

/** The hunks with every line of the file between them. */
function unfolded({ hunks }: PatchSection, lines: string[]): string[] {
  const shown: string[] = []
  let next = 1
  for (const { start, count, lines: changed } of hunks) {
    const first = count === 0 ? start + 1 : start
    shown.push(...lines.slice(next - 1, first - 1).map((line) => ` ${line}`), ...changed)
    next = first + count
  }
  const rest = lines.slice(next - 1)
  return [...shown, ...(rest.at(-1) === '' ? rest.slice(0, -1) : rest).map((line) => ` ${line}`)]
}

function describeEvidence({ checks, reproduction, notVerified }: VerificationReport): string {
  const lines = checks.map(({ id, line, before, after, added, fixed, flaky }) => {
    const word = (outcome: { passed: boolean }) => (outcome.passed ? 'passed' : 'failed')
    const unsteady = flaky.length > 0 ? `, ${flaky.length} flaky` : ''
    return `- ${id} (${line}): ${word(before)} before, ${word(after)} after; ${added.length} new, ${fixed.length} mended${unsteady}`
  })
  const { failsWithoutChange = [], passesWithoutChange = [], exitCodes = [] } = reproduction ?? {}
  return [
    ...lines,
    ...failsWithoutChange.map((name) => `- fails without the change, passes with it: ${name}`),
    ...passesWithoutChange.map((name) => `- new, and passes without the change, too: ${name}`),
    ...exitCodes.filter(({ shows }) => shows).map(({ line }) => `- fails without the change, passes with it: ${line}`),
    ...notVerified.map((line) => `- not verified: ${line}`),
  ].join('\n')
}
