// What would make a repository better to work in, ordered by what it would change. The texts are in `render/readiness.ts`.
import {
  type Found,
  type Improvement,
  type ImprovementCode,
  improvementCodes,
  type ReadinessCommand,
  says,
} from './readiness.ts'

/** Tests are run at least three times in a run: before, near each modification, and after. */
const slowMs = 300_000
/** Fewer test files than this share of all files, and most changes have no test near them. */
const thinShare = 0.05

export function improvementsOf(found: Found): Improvement[] {
  const checks = found.commands.filter(({ kind }) => kind !== 'install')
  const tests = found.commands.filter(({ kind }) => kind === 'test')
  const ran = tests.filter(({ result }) => result !== undefined)
  const ofTests = (pick: (result: NonNullable<ReadinessCommand['result']>) => string[]) =>
    ran.flatMap(({ result }) => (result === undefined ? [] : pick(result)))
  const lines = (commands: ReadinessCommand[]) => commands.map(({ line }) => line)
  const of: Record<ImprovementCode, string[] | boolean> = {
    install_tools: found.missingTools,
    mend_install: found.installProblem !== undefined,
    name_test_command: tests.length === 0,
    make_tests_run: lines(ran.filter((one) => !says(one))),
    mend_flaky_tests: [
      ...ofTests(({ flaky }) => flaky),
      ...lines(ran.filter(({ result }) => result?.unsteady && result.flaky.length === 0)),
    ],
    mend_failing_tests: ofTests(({ failing }) => failing),
    mend_failing_checks: lines(checks.filter(({ kind, result }) => kind !== 'test' && result?.passed === false)),
    name_tests: lines(ran.filter((one) => says(one) && one.result?.counts === undefined)),
    make_tests_fast: lines(ran.filter(({ result }) => (result?.durationMs ?? 0) > slowMs)),
    write_tests: found.testFiles < found.files * thinShare,
    confirm_commands: lines(checks.filter(({ certainty }) => certainty === 'guessed')),
    lock_dependencies: found.commands.filter(wantsLock).map(({ from }) => from),
    add_checks: (['format', 'typecheck', 'lint'] as const).filter((name) => !checks.some(({ kind }) => kind === name)),
    write_instructions: found.instructions.length === 0,
    name_owners: !found.owners,
  }
  return improvementCodes.flatMap((code) => {
    const subjects = of[code]
    if (subjects === true) return [{ code, of: [] }]
    return subjects === false || subjects.length === 0 ? [] : [{ code, of: subjects }]
  })
}

/** Only of clients that have lock files by custom. */
function wantsLock({ kind, from }: ReadinessCommand): boolean {
  return kind === 'install' && /(^|\/)(package\.json|Gemfile|composer\.json)$/.test(from)
}
