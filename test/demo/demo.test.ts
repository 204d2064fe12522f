// The demo as a stranger runs it, and what keeps its recordings honest.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bundledRepository } from '../../demo/bundled-github.ts'
import { judgeScenario } from '../../demo/judge-scenario.ts'
import { chooseSandbox, recordedModel } from '../../demo/machine.ts'
import { openStage, playScenarios } from '../../demo/play.ts'
import { demoResult, type ScenarioResult } from '../../demo/result.ts'
import { scenarios } from '../../demo/scenarios.ts'
import { findProgram, requirePackage } from '../support/system.ts'

const program = join(import.meta.dirname, '..', '..', 'demo', 'demo.ts')
const run = promisify(execFile)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'demo-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Its temporary files go into a folder of the test, so that what it leaves behind is seen. */
function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  return { PATH, HOME, NODE_COMPILE_CACHE, TMPDIR: folder, ...more }
}

requirePackage('python3', ['python3'])('npm run demo', () => {
  test('plays the six scenarios to their expected ends, and writes them as data', async () => {
    const json = join(folder, 'result.json')
    const { stdout } = await run(process.execPath, [program, '--json', json], { env: environment() })

    const result = demoResult.parse(JSON.parse(readFileSync(json, 'utf8')))
    expect(result.scenarios.flatMap(({ slug, problems }) => problems.map((problem) => `${slug}: ${problem}`))).toEqual(
      [],
    )
    const ends = result.scenarios.map(({ slug, outcome, decline, repairs }) => [slug, decline ?? outcome, repairs])
    expect(ends).toEqual([
      ['bug-first-try', 'pull_request', 0],
      ['bug-repaired', 'pull_request', 1],
      ['python-bug', 'pull_request', 0],
      ['too-complex', 'too_complex', 0],
      ['protected-path', 'protected_path', 0],
      ['outsider', 'nothing', 0],
    ])
    const [first, , , , protectedPath, outsider] = result.scenarios
    expect(first?.pullRequest?.draft).toBe(true)
    expect(first?.pullRequest?.files.map(({ path }) => path)).toEqual(['src/money.js', 'test/money.test.js'])
    expect(protectedPath?.tokens).toBe(0)
    expect(outsider?.statusComment).toBeUndefined()
    expect(stdout).toContain('6 of 6 as expected')
    expect(stdout).toContain('Draft pull request #2 is ready for review')
    expect(stdout).toContain('🚫 Declined: it asks to change a protected file')
    expect(readdirSync(folder)).toEqual(['result.json'])
  })
})

describe('what the demo says before it begins', () => {
  test.each([
    [['--alll'], "Unknown option '--alll'"],
    [['--only', 'bug'], 'There is no scenario bug. There are: bug-first-try, '],
    [['--all', '--only', 'outsider'], '--all and --only exclude each other.'],
    [['--json', '/nowhere/result.json'], 'There is no folder /nowhere.'],
    [['--live'], 'A real model needs a key: set ANTHROPIC_API_KEY. Without one, leave --live out.'],
  ])('%j is refused', async (args, problem) => {
    const refused = await run(process.execPath, [program, ...args], { env: environment() }).catch((error) => error)
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(problem) })
  })

  test('how it is called is told whoever asks', async () => {
    const { stdout } = await run(process.execPath, [program, '--help'], { env: environment() })
    expect(stdout).toMatch(/^npm run demo -- /)
  })

  test('a sandbox that was turned off by name is said loudly', async () => {
    const env = environment({ DRAFTSMITH_SANDBOX: 'none' })
    const { stdout } = await run(process.execPath, [program, '--only', 'outsider'], { env })
    expect(stdout).toMatch(/^!! NO SANDBOX: /)
    expect(stdout).toContain('sandbox: none')
  })

  test('a machine with git alone plays what it can: without walls, and without Python', async () => {
    const path = join(folder, 'bin')
    mkdirSync(path)
    symlinkSync(findProgram('git') ?? '', join(path, 'git'))
    const args = [program, '--only', 'python-bug', '--only', 'outsider']
    const { stdout } = await run(process.execPath, args, { env: environment({ PATH: path }) })
    expect(stdout).toContain('!! NO SANDBOX: ')
    expect(stdout).toContain('apt-get install bubblewrap socat')
    expect(stdout).toContain('!! python-bug: Not played, since python3 is not installed.')
    expect(stdout).toContain('1 of 1 as expected, 1 skipped')
  })

  test('a machine without git is told so', async () => {
    const refused = await run(process.execPath, [program], { env: environment({ PATH: folder }) }).catch(
      (error) => error,
    )
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: 'The demo needs git, which is not installed.\n' })
  })
})

test('Ctrl-C ends everything and leaves nothing', async () => {
  const demo = spawn(process.execPath, [program, '--only', 'bug-first-try'], { env: environment(), stdio: 'pipe' })
  const ended = once(demo, 'exit')
  for await (const line of createInterface({ input: demo.stdout })) {
    if (line.startsWith('acme/tally#1')) break
  }
  demo.kill('SIGINT')
  expect(await ended).toEqual([130, null])
  expect(readdirSync(folder)).toEqual([])
})

describe('a recording answers only what it was asked', () => {
  test('one changed line of the bundled repository ends the run, and the difference is shown', async () => {
    const repository = join(folder, 'repository')
    cpSync(bundledRepository, repository, { recursive: true })
    const file = join(repository, 'src', 'money.js')
    const defect = 'Math.trunc(cents / 100)'
    const source = readFileSync(file, 'utf8')
    expect(source).toContain(defect)
    writeFileSync(file, source.replace(defect, 'Math.trunc(0.01 * cents)'))

    const { outcome, statusComment } = await playFirst({ repository })
    expect(outcome).toBe('failed')
    expect(statusComment).toContain('No recording answers this question of the planner.')
    expect(statusComment).toMatch(/^\\?-\s+const whole = Math\.trunc\(cents \/ 100\)$/m)
    expect(statusComment).toMatch(/^\\?\+\s+const whole = Math\.trunc\(0\.01 \\?\* cents\)$/m)
  })

  test('a question without any recording is answered with the nearest one, as a difference', async () => {
    const recordings = join(folder, 'recordings')
    cpSync(join(import.meta.dirname, '..', '..', 'demo', 'recordings', 'python-bug.json'), join(recordings, 'a.json'))
    const { outcome, statusComment } = await playFirst({ recordings })
    expect(outcome).toBe('failed')
    expect(statusComment).toContain('No recording answers this question of the analyst.')
    expect(statusComment).toMatch(/^\\?-Repository: cedar\/tally$/m)
    expect(statusComment).toMatch(/^\\?\+Repository: acme\/tally$/m)
  })
})

/** The first scenario, on another repository or other recordings. */
async function playFirst(other: { repository?: string; recordings?: string }): Promise<ScenarioResult> {
  const model = recordedModel()
  const [scenario] = scenarios
  if (scenario === undefined || model.kind === 'missing') throw new Error('nothing to play')
  const signal = AbortSignal.timeout(200_000)
  const { environment: sandbox } = await chooseSandbox()
  await using stage = await openStage({
    scenarios: [scenario],
    repository: other.repository ?? bundledRepository,
    environment: {
      ...model.environment,
      ...sandbox,
      ...(other.recordings !== undefined && { DRAFTSMITH_RECORDINGS: other.recordings }),
    },
    signal,
  })
  const [ending] = await playScenarios(stage, { signal, onChange: () => {} })
  if (ending === undefined) throw new Error('nothing was played')
  return judgeScenario(stage, ending, { state: await stage.github.state(), model: 'recorded' })
}

test('every scenario has an issue, and a recording where a model is asked', () => {
  const root = join(import.meta.dirname, '..', '..', 'demo')
  const asked = scenarios.filter(
    ({ expected }) => expected.outcome !== 'nothing' && (expected.outcome !== 'declined' || expected.paid),
  )
  expect(scenarios.filter(({ slug }) => !existsSync(join(root, 'issues', `${slug}.md`)))).toEqual([])
  expect(readdirSync(join(root, 'recordings')).sort()).toEqual(asked.map(({ slug }) => `${slug}.json`).sort())
})
