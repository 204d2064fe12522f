import { access, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { targetedChecks } from '../../src/toolchain/commands.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import { runChecks } from '../../src/toolchain/run-checks.ts'
import { checkCommand } from './support/check.ts'
import { openRepository, readerOf, withoutLogs } from './support/session.ts'

const nodeTest = (body: string) => `import assert from 'node:assert/strict'\nimport test from 'node:test'\n${body}\n`

const nodeRepository = (script: string, tests: Record<string, string>) => ({
  'package.json': JSON.stringify({ type: 'module', scripts: { test: script } }),
  ...tests,
})

async function check(files: Record<string, string>) {
  const snapshot = await detectToolchain(Object.keys(files), readerOf(files))
  await using repository = await openRepository(files)
  const results = await runChecks({ ...repository, checks: snapshot.checks, logs: withoutLogs })
  return { results, left: await readdir(repository.home) }
}

describe('a node suite', () => {
  const red = nodeTest("test('adds', () => assert.equal(1 + 1, 3))\ntest('holds', () => {})")

  it('is told by name, and leaves no report behind', async () => {
    const { results, left } = await check(nodeRepository('node --test', { 'test/a.test.js': red }))
    expect(results[0]).toMatchObject({ id: 'test', line: 'npm test', passed: false, exitCode: 1 })
    expect(results[0]?.tests?.map(({ name, status }) => [name, status])).toEqual([
      ['test/a.test.js > adds', 'failed'],
      ['test/a.test.js > holds', 'passed'],
    ])
    expect(left.filter((name) => name.startsWith('.draftsmith'))).toEqual([])
  })

  it.each([
    ['that names a reporter', 'node --test --test-reporter=dot'],
    ['that names reporter and destination', 'node --test --test-reporter=dot --test-reporter-destination=stdout'],
    ['that only names another script', 'npm run unit'],
    ['behind another command', 'node -e 0 && node --test'],
  ])('is told by name through a script %s', async (_, script) => {
    const files = nodeRepository(script, { 'test/a.test.js': red })
    files['package.json'] = JSON.stringify({ type: 'module', scripts: { test: script, unit: 'node --test' } })
    const { results } = await check(files)
    expect(results[0]?.tests).toHaveLength(2)
  })

  it('says the same when it fails twice', async () => {
    const files = nodeRepository('node --test', { 'test/a.test.js': red })
    const [first, second] = [await check(files), await check(files)]
    expect(first.results[0]?.summary).toBe(second.results[0]?.summary)
    expect(first.results[0]?.summary).toContain('2 !== 3\n      at test/a.test.js:3')
  })

  it('that ends its process with 0 in the middle has not passed', async () => {
    const files = nodeRepository('node --test || true', { 'test/a.test.js': red })
    const { results } = await check(files)
    expect(results[0]).toMatchObject({ passed: false, exitCode: 0 })
    expect(results[0]?.summary).toContain('exit code 0 although tests failed')
  })

  it('that does not bear what asks for a report is judged by its exit code', async () => {
    const strict = "if (process.env.NODE_OPTIONS?.includes('--test-reporter')) process.exit(9)\n"
    const { results } = await check(nodeRepository('node strict.cjs && node --test', { 'strict.cjs': strict }))
    expect(results).toMatchObject([{ id: 'test', passed: true, exitCode: 0 }])
    expect(results[0]?.tests).toBeUndefined()
  })

  it('without any test has not passed', async () => {
    const { results } = await check(nodeRepository('node --test', { 'src/a.js': '' }))
    expect(results[0]).toMatchObject({ passed: false, exitCode: 0, tests: [] })
    expect(results[0]?.summary).toContain('No test was run.')
  })

  it('in a workspace package runs in its folder, with paths from the root', async () => {
    const files = {
      'package.json': JSON.stringify({ workspaces: ['packages/*'] }),
      'packages/api/package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test' } }),
      'packages/api/test/a.test.js': red,
    }
    const { results } = await check(files)
    expect(results[0]).toMatchObject({ id: 'test:packages/api', passed: false })
    expect(results[0]?.tests?.[0]?.name).toBe('packages/api/test/a.test.js > adds')
  })
})

describe('a python suite', () => {
  it('tells a test that is named like its file', async () => {
    const { results } = await check({ 'pytest.ini': '[pytest]\n', 'test_a.py': 'def test_a():\n    pass\n' })
    expect(results[0]?.tests?.map(({ name }) => name)).toEqual(['test_a.py > test_a'])
  })

  const red =
    'import unittest\n\n\nclass A(unittest.TestCase):\n    def test_adds(self):\n        self.assertEqual(1 + 1, 3)\n'
  const green = red.replace('3', '2').replace('class A', 'class B')

  it.each([
    ['in a package', { 'setup.cfg': '', 'tests/__init__.py': '' }, 'tests.test_a.A > test_adds'],
    ['in a plain folder', { 'setup.cfg': '' }, 'test_a.A > test_adds'],
  ])('%s has the same names when some of it is run', async (_, more, name) => {
    const files = { ...more, 'tests/test_a.py': red, 'tests/test_b.py': green }
    const snapshot = await detectToolchain(Object.keys(files), readerOf(files))
    await using repository = await openRepository(files)
    const options = { ...repository, logs: withoutLogs }
    const [all] = await runChecks({ ...options, checks: snapshot.checks })
    const [some] = await runChecks({ ...options, checks: targetedChecks(snapshot, ['tests/test_a.py']) })
    expect(all?.tests).toHaveLength(2)
    expect(some?.tests?.map((test) => test.name)).toEqual([name])
    expect(some?.summary).toContain('AssertionError: 2 != 3\n      at test_adds (tests/test_a.py:6)')
  })

  it('finds a package below src', async () => {
    const files = {
      'pyproject.toml': '[project]\nname = "sums"\n',
      'src/sums/__init__.py': 'def add(a, b):\n    return a + b\n',
      'tests/test_sums.py':
        'import unittest\nfrom sums import add\n\n\nclass A(unittest.TestCase):\n    def test_adds(self):\n        self.assertEqual(add(1, 1), 2)\n',
    }
    const { results } = await check(files)
    expect(results[0]).toMatchObject({ passed: true, tests: [{ name: 'test_sums.A > test_adds', status: 'passed' }] })
  })
})

describe('what a check may do', () => {
  it('a link in place of the report is not followed', async () => {
    await using repository = await openRepository({ 'secret.json': '' })
    const secret = join(repository.home, '..', 'outside.json')
    await writeFile(
      secret,
      JSON.stringify({
        testResults: [{ name: 'x', assertionResults: [{ ancestorTitles: [], title: 'forged', status: 'passed' }] }],
      }),
    )
    const checks = [
      checkCommand({ line: `ln -s "${secret}" "$DRAFTSMITH_REPORT/report"; true`, report: 'jest-json' }),
      checkCommand({
        line: `mv "$DRAFTSMITH_REPORT" "$HOME/moved"; mkdir "$HOME/../elsewhere"; cp "${secret}" "$HOME/../elsewhere/report"; ln -s "$HOME/../elsewhere" "$DRAFTSMITH_REPORT"; true`,
        report: 'jest-json',
      }),
      checkCommand({ line: 'mkfifo "$DRAFTSMITH_REPORT/report"; true', report: 'jest-json' }),
    ].map((one) => ({ ...one, line: `${one.line} #` }))
    const results = await runChecks({ ...repository, checks, logs: withoutLogs })
    expect(results.map(({ tests }) => tests)).toEqual([undefined, undefined, undefined])
    await access(join(repository.home, '..', 'elsewhere', 'report'))
  })

  it('its whole output is kept under a name of its own', async () => {
    await using repository = await openRepository({})
    const logs = new Map<string, string>()
    const checks = [checkCommand({ id: 'lint:packages/api', name: 'lint', line: 'echo said; exit 3' })]
    const [result] = await runChecks({
      ...repository,
      checks,
      label: 'baseline',
      logs: async (name, text) => void logs.set(name, text),
    })
    expect(result?.log).toBe('baseline/lint-packages-api.log')
    expect(logs.get('baseline/lint-packages-api.log')).toBe('$ echo said; exit 3\nsaid\n')
    expect(result?.summary).toBe('Exit code 3.\n\nsaid')
  })

  it('a check that is stopped throws, and the next one is not begun', async () => {
    await using repository = await openRepository({})
    const stop = new AbortController()
    const checks = [checkCommand({ line: 'sleep 30' }), checkCommand({ line: 'touch begun' })]
    const running = runChecks({ ...repository, checks, logs: withoutLogs, signal: stop.signal })
    setTimeout(() => stop.abort(), 200)
    await expect(running).rejects.toMatchObject({ class: 'cancelled' })
    await expect(access(join(repository.tree, 'begun'))).rejects.toThrow()
  })

  it('a check whose place is closed has not failed: it throws', async () => {
    await using repository = await openRepository({})
    const running = runChecks({ ...repository, checks: [checkCommand({ line: 'sleep 30' })], logs: withoutLogs })
    setTimeout(() => void repository.session.close(), 200)
    await expect(running).rejects.toMatchObject({ class: 'cancelled' })
  })

  it('programs of the repository and of its virtual environment are found', async () => {
    await using repository = await openRepository({ 'packages/api/package.json': '{}' })
    for (const folder of [join(repository.tree, 'node_modules/.bin'), join(repository.home, '.venv/bin')]) {
      await mkdir(folder, { recursive: true })
    }
    await symlink('/bin/echo', join(repository.tree, 'node_modules/.bin/of-root'))
    await symlink('/bin/echo', join(repository.home, '.venv/bin/of-venv'))
    const checks = [checkCommand({ cwd: 'packages/api', line: 'of-root one && of-venv two', name: 'lint' })]
    const [result] = await runChecks({ ...repository, checks, logs: withoutLogs })
    expect(result?.passed).toBe(true)
  })
})
