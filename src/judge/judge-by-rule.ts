// Vetoes that no argument overrides: what a change must never do, told from the patch alone.
import type { Candidate } from '../execute/candidate.ts'
import type { ImplementationPlan } from '../plan/plan.ts'
import type { Patch } from '../workspace/workspace.ts'
import { type PatchSection, patchSections } from './patch-sections.ts'
import type { Objection } from './verdict.ts'

export interface JudgedChange {
  patch: Patch
  plan: ImplementationPlan
  candidate: Candidate
  /** Files the contract names; a check definition may change only when it is among them. */
  namedFiles: string[]
  isTest(path: string): boolean
  /** Path → what of the checks its change alters: `test configuration`. */
  alteredChecks: ReadonlyMap<string, string>
}

/** Every objection of every rule; empty when no rule objects. */
export function judgeByRule(change: JudgedChange): Objection[] {
  const sections = patchSections(change.patch)
  if (sections.length === 0)
    return [
      { by: 'rule', about: 'empty_change', message: 'The change is empty: no file differs from the base commit.' },
    ]
  return sections.flatMap((section) => [
    ...outsideThePlan(section, change),
    ...deletedTest(section, change),
    ...skippedTest(section, change),
    ...emptiedTest(section, change),
    ...checkDefinition(section, change),
  ])
}

/** How many more assertions a patch takes out of a file than it puts in. */
export function removedAssertions({ added, removed }: Pick<PatchSection, 'added' | 'removed'>): number {
  const count = (lines: string[]) => lines.filter((line) => assertion.test(line)).length
  return Math.max(0, count(removed) - count(added))
}

/** The ways in which the common runners are told not to run a test, or to run only one. */
const skipping =
  /\b(?:it|test|describe|suite|context)\s*\.\s*(?:skip|only|todo|fixme)\b|\b(?:xit|xtest|xdescribe|fit|fdescribe)\s*\(|\{\s*(?:skip|only|todo)\s*:\s*(?!false)|\bt\.(?:skip|todo)\s*\(|@pytest\.mark\.(?:skip|skipif|xfail)|\bpytest\.skip\s*\(|@(?:unittest\.)?(?:skip|skipIf|skipUnless|expectedFailure)\b|\bself\.skipTest\s*\(|\bt\.Skip(?:Now|f)?\s*\(|#\[ignore\]|@(?:Ignore|Disabled)\b/

function outsideThePlan({ file }: PatchSection, { plan, candidate }: JudgedChange): Objection[] {
  const planned = [...plan.modifications, ...candidate.amendments.map(({ modification }) => modification)]
  if (planned.some(({ path }) => path === file.path)) return []
  return [
    objection('outside_the_plan', file.path, `${file.path} changed, but neither the plan nor an amendment names it.`),
  ]
}

function deletedTest({ file }: PatchSection, { plan, isTest }: JudgedChange): Objection[] {
  if (file.kind !== 'deleted' || !isTest(file.path)) return []
  const agreed =
    plan.modifications.some(({ path, kind }) => path === file.path && kind === 'delete') && plan.removedTests.length > 0
  return agreed
    ? []
    : [objection('test_deleted', file.path, `${file.path} is a test and was deleted; the plan gives no reason for it.`)]
}

function skippedTest({ file, added, removed }: PatchSection, { isTest }: JudgedChange): Objection[] {
  if (!isTest(file.path)) return []
  const before = removed.filter((line) => skipping.test(line)).length
  const marks = added.filter((line) => skipping.test(line))
  return marks.length > before
    ? [
        objection(
          'test_skipped',
          file.path,
          `A test is skipped or singled out: ${(marks.at(-1) ?? '').trim().slice(0, 120)}`,
        ),
      ]
    : []
}

const assertion = /\b(?:assert\w*|expect|should)\b/

function emptiedTest(section: PatchSection, { isTest, candidate }: JudgedChange): Objection[] {
  const { path, kind } = section.file
  if (!isTest(path) || kind !== 'modified' || candidate.changedTests.some((test) => test.path === path)) return []
  const lost = removedAssertions(section)
  return lost > 0
    ? [
        objection(
          'assertions_removed',
          path,
          `${lost} more assertion${lost === 1 ? ' was' : 's were'} removed than added.`,
        ),
      ]
    : []
}

function checkDefinition({ file }: PatchSection, { namedFiles, alteredChecks }: JudgedChange): Objection[] {
  const what = alteredChecks.get(file.path)
  if (what === undefined || namedFiles.includes(file.path)) return []
  return [
    objection(
      'check_definition',
      file.path,
      `${file.path} (${what}) decides how this repository is checked, and the issue does not ask to change it.`,
    ),
  ]
}

function objection(about: string, path: string, message: string): Objection {
  return { by: 'rule', about, path, message }
}
