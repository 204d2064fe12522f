// What every ecosystem must do, on a small project of its kind. Its programs really run; nothing is stood in for.
import { expect, it } from 'vitest'
import { formatCommands, targetedChecks } from '../../src/toolchain/commands.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import { installDependencies } from '../../src/toolchain/install.ts'
import { runChecks } from '../../src/toolchain/run-checks.ts'
import type { CheckCommand, CheckResult } from '../../src/toolchain/toolchain.ts'
import { requirePackage, withoutSystemPart } from '../support/system.ts'
import { openRepository, type Repository, readerOf, withoutLogs } from '../toolchain/support/session.ts'

/** A small project: in one test file a test that passes, one that is skipped and one that fails; a second file that passes. */
export interface EcosystemCase {
  /** `Ecosystem.name`. */
  name: string
  /** Of the runner, for the tests' titles: `go test`. */
  runner: string
  /** Programs that must be on PATH; without them the suite is skipped and counted, with CI=true it fails. */
  programs: string[]
  /** Of Debian, that holds the programs. */
  packageName: string
  /** What else is not there, such as a module of the language; undefined when nothing is missing. */
  lacks?: string | undefined
  files: Record<string, string>
  test: {
    path: string
    /** Whole names as `TestCase.name` has them. */
    passes: string
    fails: string
    skipped: string
    /** Where the failing test is told to be, `tests/sums.py:12`. */
    place: string
    /** What the summary says of the failure. */
    words: string
  }
  second: { path: string; passes: string }
  /** Files that make the failing test pass. */
  mend: Record<string, string>
  /** Files with which nothing compiles or loads, and what the summary says then: the file's path, and why. */
  breakage: { files: Record<string, string>; words: string[] }
  /** False where the runner cannot run one file alone; default true. */
  targeted?: boolean
  /** Of the commands, beside what they have anyway: what makes them quicker. */
  env?: Record<string, string>
  /** Links or copies what a package client would install, where none can be asked. */
  provide?(repository: Repository): Promise<void>
}

/** Called once for each runner; the file that calls it is `test/toolchain/<name>-ecosystem.test.ts`. */
export function ecosystemContract(given: EcosystemCase): void {
  const describeTests =
    given.lacks === undefined
      ? requirePackage(given.packageName, given.programs)
      : withoutSystemPart(`${given.lacks} missing`, `apt-get install ${given.packageName}`)
  describeTests(`${given.runner} as an ecosystem`, () => {
    let asIs: Promise<CheckResult | undefined> | undefined
    /** What the project's tests say as it is, in its root. Run once. */
    const baseline = () => {
      asIs ??= run(given).then(({ result }) => result)
      return asIs
    }

    it('is detected with commands that say from where they are known, and how surely', async () => {
      const { snapshot } = await detected(given.files)
      const facts = snapshot.ecosystems.find(({ name }) => name === given.name)
      expect(facts).toMatchObject({ root: '.', language: expect.stringMatching(/\w/), buildSystem: expect.anything() })
      expect(facts?.packages[0]?.folder).toBe('.')
      const tests = facts?.checks.filter(({ name }) => name === 'test') ?? []
      expect(tests).toHaveLength(1)
      expect(tests[0]?.from).toMatch(/\w/)
      expect(['certain', 'likely', 'guessed']).toContain(tests[0]?.certainty)
    })

    it('knows its tests from its sources', async () => {
      const { snapshot } = await detected(given.files)
      const facts = snapshot.ecosystems.find(({ name }) => name === given.name)
      for (const path of [given.test.path, given.second.path]) expect([path, facts?.isTest(path)]).toEqual([path, true])
      for (const path of Object.keys(given.mend)) expect([path, facts?.isTest(path)]).toEqual([path, false])
      for (const path of Object.keys(given.mend)) expect([path, facts?.reads(path)]).toEqual([path, true])
    })

    it('tells every test by name, the failed one with its place and reason', async () => {
      const first = await baseline()
      const { passes, fails, skipped, place, words } = given.test
      expect(first).toMatchObject({ passed: false, timedOut: false })
      expect(statusesOf(first)).toEqual({
        [passes]: 'passed',
        [fails]: 'failed',
        [skipped]: 'skipped',
        [given.second.passes]: 'passed',
      })
      expect(first?.summary).toContain(`FAILED ${fails}`)
      expect(first?.summary).toContain(place)
      expect(first?.summary).toContain(words)
      expect(Buffer.byteLength(first?.summary ?? '')).toBeLessThan(2_000)
    })

    it('passes when what was wrong is mended', async () => {
      const { result } = await run({ ...given, files: { ...given.files, ...given.mend } })
      expect(result).toMatchObject({ passed: true, exitCode: 0 })
      expect(statusesOf(result)[given.test.fails]).toBe('passed')
    })

    it('says where it is when the code does not compile or load', async () => {
      const { result } = await run({ ...given, files: { ...given.files, ...given.breakage.files } })
      expect(result?.passed).toBe(false)
      for (const words of given.breakage.words) expect(result?.summary).toContain(words)
      expect(Buffer.byteLength(result?.summary ?? '')).toBeLessThanOrEqual(8 * 1024)
    })

    it('in a folder below the root runs there, and says the same with names of its own', async () => {
      const files = Object.fromEntries(
        Object.entries(given.files).map(([path, text]) => [`parts/one/${path}`, text] as const),
      )
      const { result, checks } = await run({ ...given, files })
      expect(checks).toMatchObject([{ cwd: 'parts/one', id: expect.stringContaining('parts/one') }])
      expect(Object.values(statusesOf(result)).sort()).toEqual(['failed', 'passed', 'passed', 'skipped'])
      expect(result?.summary.replaceAll('parts/one/', '')).toBe((await baseline())?.summary)
    })

    if (given.targeted ?? true) {
      it('runs one test file alone, under the same names', async () => {
        const { snapshot } = await detected(given.files)
        const checks = targetedChecks(snapshot, [given.second.path])
        expect(checks).toHaveLength(1)
        const result = await runOnly(given, checks)
        expect(result).toMatchObject({ passed: true })
        expect(statusesOf(result)).toMatchObject({ [given.second.passes]: 'passed' })
        expect(statusesOf(result)[given.test.fails]).toBeUndefined()
      })
    }

    it('formats nothing where no formatter is configured and none belongs to the language', async () => {
      const { snapshot } = await detected(given.files)
      for (const { line } of formatCommands(snapshot, Object.keys(given.mend))) expect(line).toMatch(/^\w/)
    })
  })
}

async function detected(files: Record<string, string>) {
  return { snapshot: await detectToolchain(Object.keys(files).sort(), readerOf(files)) }
}

async function run(given: EcosystemCase) {
  const { snapshot } = await detected(given.files)
  const checks = snapshot.checks.filter(({ name }) => name === 'test')
  return { checks, result: await runOnly(given, checks) }
}

/** A place of its own for each run, so that nothing of a place is in what is told. */
async function runOnly(given: EcosystemCase, checks: CheckCommand[]): Promise<CheckResult | undefined> {
  await using repository = await openRepository(given.files, given.env)
  await prepared(given, repository)
  const [result] = await runChecks({ ...repository, checks, logs: withoutLogs })
  return result
}

async function prepared(given: EcosystemCase, repository: Repository): Promise<void> {
  if (given.provide !== undefined) return given.provide(repository)
  const { snapshot } = await detected(given.files)
  const { problem } = await installDependencies({ session: repository.session, snapshot })
  if (problem !== undefined) throw new Error(problem)
}

function statusesOf(result: CheckResult | undefined): Record<string, string> {
  return Object.fromEntries((result?.tests ?? []).map(({ name, status }) => [name, status]))
}
