import { access, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { verifyCandidate } from '../../src/verify/verify-candidate.ts'
import { candidateAt } from '../support/candidates.ts'
import { change, planOf } from '../support/fixture-shop.ts'
import { benched, lab, withLab } from '../support/lab-of-file.ts'
import type { OpenRequest } from '../support/run-context.ts'

withLab()

const mended = 'export function total(prices) {\n  return prices.reduce((sum, price) => sum + price, 0)\n}\n'
const head =
  "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { total } from '../src/total.js'\n"
const emptyList = "test('an empty list costs nothing', () => {\n  assert.equal(total([]), 0)\n})\n"
const everyPrice = "test('counts every price', () => {\n  assert.equal(total([1, 2]), 3)\n})\n"
const goodFix = { 'src/total.js': mended, 'test/total.test.js': `${head}${emptyList}${everyPrice}` }

describe('a candidate', () => {
  test('that mends the defect with a test for it is verified, in a fresh work tree', async () => {
    const { report, bench, host, artifacts } = await verify(goodFix, {
      // Ignored, so that a fresh work tree alone is without it.
      litter: { 'ignored.txt': 'left by a command' },
    })
    expect(report).toMatchObject({ verified: true, problems: [], sandbox: 'none', secrets: [], violations: [] })
    expect(report.checks).toMatchObject([
      { id: 'test', regressed: false, added: ['test/total.test.js > counts every price'], broken: [] },
    ])
    expect(report.reproduction).toEqual({
      failsWithoutChange: ['test/total.test.js > counts every price'],
      passesWithoutChange: [],
    })
    expect(report.notVerified).toEqual([])
    expect(report.missingChecks).toEqual(['format', 'typecheck', 'lint'])
    expect(host.lastView.stages.find(({ stage }) => stage === 'verify')).toMatchObject({
      status: 'done',
      note: '1 check passes, 1 new test',
    })
    expect(artifacts).toEqual(['baseline/test.log', 'verify-1/test.log', 'verify-1/without-change/targeted.log'])
    await using place = await bench.fresh(report.treeSha)
    await expect(access(join(place.workspace.tree, 'ignored.txt'))).rejects.toThrow()
    await access(join(bench.workspace.tree, 'ignored.txt'))
  })

  test('that leans on a file which only the first work tree has does not stand', async () => {
    const leaning = `${head}import { existsSync } from 'node:fs'\n${emptyList}test('is prepared', () => assert.ok(existsSync('ignored.txt')))\n`
    const { report } = await verify(
      { ...goodFix, 'test/total.test.js': leaning },
      { litter: { 'ignored.txt': 'here' } },
    )
    expect(report.problems[0]).toBe('test (node --test) ended with exit code 1.')
    expect(report.checks[0]?.summary).toContain('is prepared')
  })

  test('that breaks a test is told by its name', async () => {
    const { report } = await verify({ 'src/names.js': 'export const fullName = (first) => first\n' })
    expect(report.verified).toBe(false)
    expect(report.problems[0]).toBe('test (node --test) breaks 1 test: test/names.test.js > joins first and last name')
    expect(report.checks[0]?.summary).toContain('Ada Byron')
  })

  test('that makes a test vanish does not stand, unless the plan gives the reason', async () => {
    const name = 'test/total.test.js > an empty list costs nothing'
    const without = { ...goodFix, 'test/total.test.js': `${head}${everyPrice}` }
    const { report } = await verify(without)
    expect(report.problems).toEqual([`test (node --test) breaks 1 test: ${name}`])
    expect(report.checks[0]?.summary).toContain(`These tests passed before and are gone:\n- ${name}`)
    const agreed = await verify(without, { removedTests: [{ name, reason: 'It is not wanted.' }] })
    expect(agreed.report.problems).toEqual([])
  })

  test('whose new test passes without the change shows nothing about a defect', async () => {
    const idle = { ...goodFix, 'test/total.test.js': `${head}${emptyList}test('adds nothing', () => {})\n` }
    const { report } = await verify(idle)
    expect(report.problems).toEqual([
      'No test fails without the change and passes with it, so nothing shows that the defect is mended.',
    ])
    expect(report.reproduction?.passesWithoutChange).toEqual(['test/total.test.js > adds nothing'])
    const refactored = await verify(idle, { contract: { taskType: 'refactor' } })
    expect(refactored.report.verified).toBe(true)
  })

  test('whose test failed before and passes without the change, too, has mended nothing', async () => {
    const failing = "test('an empty list costs one', () => {\n  assert.equal(total([]), 1)\n})\n"
    const { report } = await verify(
      { ...goodFix, 'test/total.test.js': `${head}${failing.replace('), 1', '), 0')}${everyPrice}` },
      { files: { 'test/total.test.js': `${head}${failing}` } },
    )
    expect(report.checks[0]).toMatchObject({ fixed: [], broken: [] })
    expect(report.reproduction).toEqual({
      failsWithoutChange: ['test/total.test.js > counts every price'],
      passesWithoutChange: ['test/total.test.js > an empty list costs one'],
    })
  })

  test('whose new test cannot even be loaded without the change reproduces the defect', async () => {
    const source = `${mended}export const count = (prices) => prices.length\n`
    const tests = `${head.replace('{ total }', '{ count, total }')}${emptyList}test('counts', () => assert.equal(count([1]), 1))\n`
    const { report } = await verify({ 'src/total.js': source, 'test/total.test.js': tests })
    expect(report.reproduction?.failsWithoutChange).toEqual(['test/total.test.js > counts'])
    expect(report.verified).toBe(true)
  })

  test('shows each criterion by the tests that came for it, and says where none came', async () => {
    const { report } = await verify(goodFix, {
      contract: { acceptanceCriteria: ['total([1, 2]) is 3', 'Names stay as they are'] },
      covers: { 'test/total.test.js': [1], 'test/names.test.js': [2] },
    })
    expect(report.criteria).toEqual([
      { criterion: 'total([1, 2]) is 3', shownBy: ['test/total.test.js > counts every price'], newTests: [] },
      { criterion: 'Names stay as they are', shownBy: [], newTests: [] },
    ])
    expect(report.notVerified).toEqual(['no new test shows this: Names stay as they are'])
  })

  test('with a secret in it is told by place and rule, never by the secret', async () => {
    const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
    const { report } = await verify({ ...goodFix, 'src/key.js': `\nexport const key = '${secret}'\n` })
    expect(report.problems.some((problem) => /^src\/key\.js:2 looks like a secret \(/.test(problem))).toBe(true)
    expect(report.secrets[0]).toMatchObject({ path: 'src/key.js', line: 2 })
    expect(JSON.stringify(report)).not.toContain(secret)
  })

  test('with a secret behind a NUL, as a file in UTF-16 has them, is told, too', async () => {
    const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
    const wide = Buffer.from(`key\n${secret}\n`, 'utf16le').toString('utf8')
    const { report } = await verify({ ...goodFix, 'data/one.txt': `\0\n${secret}\n`, 'data/wide.txt': wide })
    const places = report.secrets.map(({ path, line }) => `${path}:${line}`)
    expect(new Set(places)).toEqual(new Set(['data/one.txt:2', 'data/wide.txt:2']))
  })

  test('that touches a protected file or places a link is refused by the rule', async () => {
    const { report } = await verify(
      { ...goodFix, '.github/workflows/ci.yml': 'on: push\n', 'package-lock.json': '{}\n' },
      { links: { 'src/link.js': 'total.js' } },
    )
    expect(report.violations).toEqual([
      { path: '.github/workflows/ci.yml', rule: 'protected_folder' },
      { path: 'package-lock.json', rule: 'lock_file' },
      { path: 'src/link.js', rule: 'symbolic_link' },
    ])
    expect(report.problems).toContain('src/link.js must not be changed (symbolic_link).')
  })

  test('that changes nothing is not measured', async () => {
    const { report, artifacts } = await verify({})
    expect(report.problems).toEqual(['No file was changed.'])
    expect(artifacts).toEqual(['baseline/test.log'])
  })
})

describe('flaky tests', () => {
  /** Fails at every second run from the second on: the folder outside the work trees remembers. */
  const flaky = (counter: string, fails: string) =>
    `import { appendFileSync, readFileSync } from 'node:fs'\nimport { test } from 'node:test'\nimport assert from 'node:assert/strict'\ntest('sometimes', () => {\n  appendFileSync('${counter}', 'x')\n  const runs = readFileSync('${counter}', 'utf8').length\n  assert.ok(!(${fails}))\n})\n`

  test('that pass when run again are named, and not held against the change', async () => {
    const counter = join(lab.folder, 'flaky-once')
    const { report, artifacts } = await verify(goodFix, {
      files: { 'test/flaky.test.js': flaky(counter, 'runs === 2') },
    })
    expect(report.checks[0]).toMatchObject({ flaky: ['test/flaky.test.js > sometimes'], broken: [], regressed: false })
    expect(report.verified).toBe(true)
    expect(artifacts).toContain('verify-1/again/test.log')
  })

  test('that fail again are broken, after one more run and no other', async () => {
    const counter = join(lab.folder, 'flaky-twice')
    const { report } = await verify(goodFix, {
      files: { 'test/flaky.test.js': flaky(counter, 'runs === 2 || runs === 3') },
    })
    expect(report.problems[0]).toBe('test (node --test) breaks 1 test: test/flaky.test.js > sometimes')
    expect(report.verified).toBe(false)
  })
})

describe('a repository', () => {
  test('whose checks name no tests is compared by exit codes, and the report says so', async () => {
    const byExitCode = { name: 'shop', type: 'module', scripts: { test: 'sh check.sh' } }
    const { report } = await verify(goodFix, {
      npm: true,
      files: { 'package.json': JSON.stringify(byExitCode), 'check.sh': 'grep -q total src/total.js\n' },
    })
    expect(report.verified).toBe(true)
    expect(report.reproduction).toBeUndefined()
    expect(report.notVerified).toEqual([
      'test (npm test) names no tests: only its exit code was compared',
      'nothing was run that fails without the change and passes with it',
    ])
  })

  test('whose runner cannot run some files alone is run as a whole without the change', async () => {
    const { report, artifacts } = await verify(goodFix, {
      policy: 'checks: { test: node --test }',
      files: { 'package.json': '{"name":"shop","type":"module"}' },
    })
    expect(report.reproduction?.failsWithoutChange).toEqual(['test/total.test.js > counts every price'])
    expect(report.verified).toBe(true)
    expect(artifacts).toContain('verify-1/without-change/test.log')
  })

  test('with a red check is not blamed on the change, and the report says so', async () => {
    const red = { name: 'shop', type: 'module', scripts: { test: 'node --test', lint: 'exit 3' } }
    const { report } = await verify(goodFix, { npm: true, files: { 'package.json': JSON.stringify(red) } })
    expect(report.verified).toBe(true)
    expect(report.notVerified).toContain('lint failed before the change and still fails')
  })

  test('with a check that cannot be run here is told so', async () => {
    const missing = { name: 'shop', type: 'module', scripts: { test: 'node --test', lint: 'no-such-linter-anywhere' } }
    const { report } = await verify(goodFix, { npm: true, files: { 'package.json': JSON.stringify(missing) } })
    expect(report.notVerified).toContain('lint cannot be run here')
  })

  test('whose lint was red before is held to what it finds: what is new is a problem, and nothing else', async () => {
    const lint = `import { readdirSync, readFileSync } from 'node:fs'
for (const file of readdirSync('src'))
  readFileSync('src/' + file, 'utf8').split('\\n').forEach((line, at) => {
    const [found] = /slice|spare/.exec(line) ?? []
    if (found) process.exitCode = console.log('src/' + file + ':' + (at + 1) + ':1: found ' + found) ?? 1
  })
`
    const old = {
      policy: 'checks: { test: node --test, lint: node lint.js }',
      files: { 'lint.js': lint, 'src/old.js': 'export const cut = (text) => text.slice(1)\n' },
    }
    const { report } = await verify({ ...goodFix, 'src/total.js': `\n${mended}const spare = 1\n` }, old)
    expect(report.problems).toEqual([
      expect.stringMatching(/^lint \(.*\) was red before and finds 1 more: src\/total\.js: found spare$/),
    ])
    expect(report.checks.find(({ name }) => name === 'lint')?.summary).toMatch(/These findings are new:\n- src\/total/)
  })

  test('whose dependencies could be installed before and not now, with the same manifests, is tried again later', async () => {
    const policy =
      'checks: { install: "grep -q first src/total.js || grep -q slice src/total.js || test -e ignored.txt" }'
    await expect(verify(goodFix, { policy })).rejects.toMatchObject({ class: 'infrastructure', code: 'install_failed' })
  })

  test('whose only check is red before and after proves nothing', async () => {
    const { report } = await verify(goodFix, { policy: 'checks: { test: "false" }' })
    expect(report.verified).toBe(false)
    expect(report.beyondRepair).toEqual([
      'No required check of this repository passes on the change, so nothing shows that it stands.',
    ])
  })

  test('whose change is larger than the limits is not verified, whatever its plan estimated', async () => {
    const { report } = await verify(goodFix, { policy: 'limits: { addedLines: 1, files: 1 }' })
    expect(report.beyondRepair).toEqual([
      expect.stringMatching(/^The change touches \d+ files; limits.files is 1.$/),
      expect.stringMatching(/^The change adds \d+ lines; limits.addedLines is 1.$/),
    ])
  })

  test('whose change is as large as the plan that a person has approved is verified', async () => {
    const { report } = await verify(goodFix, { policy: 'limits: { addedLines: 1, files: 1 }', approved: true })
    expect(report.problems).toEqual([])
  })
})

test('nothing of the fresh work trees is left, also when the run is stopped', async () => {
  const { bench, treeSha, task, run, stop } = await candidateOf(goodFix, {
    files: { 'test/slow.test.js': "import { test } from 'node:test'\ntest('takes a while', () => {})\n" },
  })
  await using _ = bench
  setTimeout(stop, 150)
  const verifying = verifyCandidate(run, task, { round: 0, candidate: candidateAt(treeSha) })
  await expect(verifying).rejects.toThrow()
  const folder = dirname(bench.workspace.tree)
  await expect(access(join(folder, 'fresh-1'))).rejects.toThrow()
  await expect(access(join(folder, 'fresh-2'))).rejects.toThrow()
})

interface Verifying extends OpenRequest {
  /** A person has approved the plan. */
  approved?: boolean
  removedTests?: { name: string; reason: string }[]
  /** Path of a test → numbers of the criteria that the plan names for it. */
  covers?: Record<string, number[]>
  links?: Record<string, string>
  /** Files that belong to no change. */
  litter?: Record<string, string>
}

async function verify(files: Record<string, string>, request: Verifying = {}) {
  const { bench, treeSha, task, run, host } = await candidateOf(files, request)
  const report = await verifyCandidate(run, task, { round: 0, candidate: candidateAt(treeSha) })
  const artifacts = (await lab.ledger.artifacts(run.claimed.run.id)).map(({ name }) => name).sort()
  return { report, bench, host, artifacts }
}

async function candidateOf(
  files: Record<string, string>,
  { removedTests = [], covers = {}, links = {}, litter = {}, approved = false, ...request }: Verifying = {},
) {
  const opened = await benched(request)
  const { workspace } = opened.bench
  for (const [path, text] of Object.entries({ ...files, ...litter })) {
    await mkdir(dirname(join(workspace.tree, path)), { recursive: true })
    await writeFile(join(workspace.tree, path), text)
  }
  for (const [path, target] of Object.entries(links)) await symlink(target, join(workspace.tree, path))
  const treeSha = await workspace.checkpoint()
  const tests = Object.entries(covers).map(([path, criteria], at) => change(`t${at}`, path, { test: true, criteria }))
  const plan = planOf(tests.length > 0 ? tests : undefined, { removedTests })
  return { ...opened, treeSha, task: { ...opened.task, plan, approved } }
}
