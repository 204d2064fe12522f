// Which tests show which acceptance criterion: in which file one stands is planned, that it is new and passes is measured.
import type { Modification } from '../plan/plan.ts'
import type { TestCase } from '../toolchain/toolchain.ts'
import type { CheckComparison, ReproductionEvidence } from './report.ts'

/** Tests by name that came with the change, or that it mended; all of them pass with it. */
export interface CriterionEvidence {
  criterion: string
  /** Fail without the change. */
  shownBy: string[]
  /** New; nobody has seen them fail. */
  newTests: string[]
}

export interface CriteriaFacts {
  criteria: string[]
  /** With what was added to the plan. */
  modifications: Modification[]
  checks: CheckComparison[]
  reproduction: ReproductionEvidence | undefined
  /** What the suites said on the changed tree. */
  tests: TestCase[]
}

/** One entry a criterion. None where the plan says of no test what it covers, or where the tests do not tell their files. */
export function criteriaEvidence({ criteria, modifications, ...measured }: CriteriaFacts): CriterionEvidence[] {
  const covering = modifications.filter(
    ({ test, kind, criteria: of = [] }) => test && kind !== 'delete' && of.length > 0,
  )
  const planned = covering.map(({ path }) => path)
  const came = newTests(measured, planned)
  if (covering.length === 0 || came.some(({ file }) => file === undefined)) return []
  return criteria.map((criterion, at) => {
    const paths = covering.filter(({ criteria: of }) => of?.includes(at + 1)).map(({ path }) => path)
    const tests = came.filter(({ file }) => file !== undefined && paths.includes(file))
    const names = (fails: boolean) => tests.filter(({ failsWithout }) => failsWithout === fails).map(({ name }) => name)
    return { criterion, shownBy: names(true), newTests: names(false) }
  })
}

interface NewTest {
  name: string
  file: string | undefined
  failsWithout: boolean
}

function newTests(
  { checks, reproduction, tests }: Omit<CriteriaFacts, 'criteria' | 'modifications'>,
  planned: string[],
): NewTest[] {
  const passing = new Map(tests.filter(({ status }) => status === 'passed').map((test) => [test.name, test]))
  const mended = [...(reproduction?.failsWithoutChange ?? []), ...checks.flatMap(({ fixed }) => fixed)]
  const added = checks.flatMap((check) => check.added).filter((name) => passing.has(name))
  return [...new Set([...mended, ...added])].map((name) => ({
    name,
    file: passing.get(name)?.file ?? fileIn(name, planned),
    failsWithout: mended.includes(name),
  }))
}

/** Names of tests begin with their file where the runner tells it, and with module and class where that is Python's unittest. */
function fileIn(name: string, planned: string[]): string | undefined {
  const [first = ''] = name.split(' > ')
  const file = /\.[a-z]{1,5}$/.test(first) ? first : undefined
  return planned.find((path) => path.endsWith('.py') && first.startsWith(`${moduleOf(path)}.`)) ?? file
}

function moduleOf(path: string): string {
  return path.replace(/\.py$/, '').replaceAll('/', '.')
}
