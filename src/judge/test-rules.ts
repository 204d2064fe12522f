// A change must not make its own checks easier: what it may not do to tests.
import { byRule, type JudgedChange } from './judged-change.ts'
import type { ChangedBlock, PatchSection } from './patch-sections.ts'
import { testLanguageOf } from './test-marks.ts'
import type { Objection } from './verdict.ts'

/** Objections to what one file of tests has lost; none for other files. */
export function judgeTests(section: PatchSection, change: JudgedChange): Objection[] {
  if (!change.isTest(section.file.path)) return []
  return [
    ...deletedFile(section, change),
    ...deletedTests(section, change),
    ...switchedOff(section),
    ...removedOnes(section, change),
    ...looser(section),
    ...widened(section),
  ]
}

/** How many more assertions a patch takes out of a file than it puts in. */
function removedAssertions({ added, removed }: Pick<PatchSection, 'added' | 'removed'>): number {
  return Math.max(0, count(removed, assertion) - count(added, assertion))
}

const assertion = /\b(?:assert\w*|expect|should|require\.\w+|t\.(?:Error|Fatal)f?)\b/

function deletedFile({ file }: PatchSection, { plan }: JudgedChange): Objection[] {
  if (file.kind !== 'deleted') return []
  const agreed =
    plan.modifications.some(({ path, kind }) => path === file.path && kind === 'delete') && plan.removedTests.length > 0
  return agreed
    ? []
    : [byRule('test_deleted', file.path, `${file.path} is a test and was deleted; the plan gives no reason for it.`)]
}

/** Runners that name their tests tell this by themselves; others do not. A renamed test is removed and added. */
function deletedTests({ file, added, removed }: PatchSection, { plan }: JudgedChange): Objection[] {
  const language = testLanguageOf(file.path)
  if (language === undefined || file.kind !== 'modified') return []
  const lost = count(removed, language.test) - count(added, language.test)
  const agreed = plan.removedTests.length
  if (lost <= agreed) return []
  const reason = agreed === 0 ? 'no reason for it' : `a reason for ${agreed} only`
  const message = `${lost} ${lost === 1 ? 'test was' : 'tests were'} removed; the plan gives ${reason}.`
  return [byRule('test_deleted', file.path, message)]
}

function switchedOff({ file, added, removed }: PatchSection): Objection[] {
  const { off } = testLanguageOf(file.path) ?? {}
  if (off === undefined) return []
  const marks = added.filter((line) => off.test(line))
  if (marks.length <= count(removed, off)) return []
  const message = `A test is skipped or singled out: ${quoted(marks.at(-1))}`
  return [byRule('test_skipped', file.path, message)]
}

/** An expectation that changed for a reason may take fewer of them. */
function removedOnes(section: PatchSection, { candidate }: JudgedChange): Objection[] {
  const { path, kind } = section.file
  if (kind !== 'modified' || candidate.changedTests.some((test) => test.path === path)) return []
  const lost = removedAssertions(section)
  if (lost === 0) return []
  const message = `${lost} more assertion${lost === 1 ? ' was' : 's were'} removed than added.`
  return [byRule('assertions_removed', path, message)]
}

/** Exact comparisons went and vague ones came. No reason of the coder's own excuses that. */
function looser({ file, added, removed, blocks }: PatchSection): Objection[] {
  const language = testLanguageOf(file.path)
  if (language === undefined || file.kind !== 'modified') return []
  const { exact, loose } = language
  const lost = count(removed, exact) - count(added, exact)
  const came = count(added, loose) - count(removed, loose)
  const vague = blocks.find(becameVague)
  if (!(lost > 0 && came > 0) && vague === undefined) return []
  const example = vague?.added.find((line) => anything.test(line)) ?? added.find((line) => loose.test(line))
  return [byRule('assertions_looser', file.path, `An exact assertion became a looser one: ${quoted(example)}`)]
}

/** Matchers that take whatever comes. */
const anything =
  /\bexpect\.(?:any|anything|objectContaining|arrayContaining|stringContaining|stringMatching|closeTo)\b|\bmock\.ANY\b|\bmock\.Anything\b/

/** The same number of assertions in one place, more of which take anything. */
function becameVague({ added, removed }: ChangedBlock): boolean {
  const before = count(removed, assertion)
  return before > 0 && count(added, assertion) <= before && count(added, anything) > count(removed, anything)
}

interface Tolerance {
  /** The number is in the first group. */
  pattern: RegExp
  /** Whether a larger number lets more pass. */
  wider: 'larger' | 'smaller'
}

const numeral = String.raw`(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)`

/** Assertions whose last number is the tolerance. */
const distances = 'closeTo approximately InDelta InEpsilon assert_in_delta be_within within Within'.split(' ')

const tolerances: Tolerance[] = [
  { pattern: new RegExp(String.raw`\.toBeCloseTo\([^,]+,\s*${numeral}`), wider: 'smaller' },
  { pattern: new RegExp(String.raw`\bplaces\s*=\s*${numeral}`), wider: 'smaller' },
  {
    pattern: new RegExp(
      String.raw`\b(?:delta|abs|rel|atol|rtol|abs_tol|rel_tol|eps(?:ilon)?|tol(?:erance)?)\s*[=:]\s*${numeral}`,
      'i',
    ),
    wider: 'larger',
  },
  {
    pattern: new RegExp(String.raw`\b(?:${distances.join('|')})\b.*?${numeral}\s*\)?\s*[;)]*\s*$`),
    wider: 'larger',
  },
]

/** Tolerances are compared in their order within one place. */
function widened({ file, blocks }: PatchSection): Objection[] {
  const line = blocks.flatMap((block) => tolerances.flatMap((tolerance) => widerLine(block, tolerance) ?? []))[0]
  return line === undefined ? [] : [byRule('tolerance_widened', file.path, `A tolerance became wider: ${quoted(line)}`)]
}

function widerLine({ added, removed }: ChangedBlock, { pattern, wider }: Tolerance): string | undefined {
  const numbers = (lines: string[]) =>
    lines.flatMap((line) => {
      const found = pattern.exec(line)?.[1]
      return found === undefined ? [] : [{ line, value: Number(found) }]
    })
  const before = numbers(removed)
  return numbers(added).find(({ value }, at) => {
    const was = before[at]?.value
    return was !== undefined && (wider === 'larger' ? value > was : value < was)
  })?.line
}

function count(lines: string[], pattern: RegExp): number {
  return lines.filter((line) => pattern.test(line)).length
}

function quoted(line = ''): string {
  return `\`${line.trim().slice(0, 120)}\``
}
