import { describe, expect, test } from 'vitest'
import { alteredCheckDefinition, checkDefinition, filesThatChecksRun } from '../../src/policy/check-definitions.ts'

describe('files that checks run', () => {
  const files = new Set(['scripts/test.js', 'test/a.test.js', 'test/setup.js'])
  const isTest = (path: string) => path.startsWith('test/')

  test('are scripts that a line names, and what is loaded before the tests; tests themselves may change', () => {
    const checks = [
      { line: 'npm test', script: 'node scripts/test.js' },
      { line: 'node --import ./test/setup.js --test test/a.test.js' },
    ]
    expect([...filesThatChecksRun(checks, files, isTest)].sort()).toEqual(['scripts/test.js', 'test/setup.js'])
  })

  test('a dotted key above the first header of pyproject.toml, and a runner from the own folder, are alterations', () => {
    expect(alteredCheckDefinition('pyproject.toml', '', 'tool.pytest.ini_options.addopts = "-k nothing"\n')).toBe(
      'package manifest',
    )
    const before = '{"devDependencies":{"vitest":"^5.0.0"}}'
    const after = '{"devDependencies":{"vitest":"file:tools/vitest"}}'
    expect(alteredCheckDefinition('package.json', before, after)).toBe('package manifest')
  })
})

describe('what defines a check', () => {
  test.each([
    ['.golangci.toml', 'lint configuration'],
    ['.rubocop_todo.yml', 'lint configuration'],
    ['phpcs.xml', 'lint configuration'],
    ['psalm-baseline.xml', 'lint configuration'],
    ['.php-cs-fixer.dist.php', 'lint configuration'],
    ['config-of/detekt.yml', 'lint configuration'],
    ['gradle/wrapper/gradle-wrapper.properties', 'build targets'],
    ['gradle/testing.gradle.kts', 'package manifest'],
    ['buildSrc/src/main/kotlin/checks.kt', 'build targets'],
    ['web/.yarn/releases/yarn-4.9.1.cjs', 'build targets'],
  ])('%s is %s', (path, what) => {
    expect(checkDefinition(path)).toBe(what)
  })

  test('is no document, data or source of the product', () => {
    const paths = ['src/gradle.ts', 'docs/phpcs.md', 'src/standard.yml', 'data/psalms.json', 'gradle/README.md']
    expect(paths.map((path) => checkDefinition(path))).toEqual(paths.map(() => undefined))
  })

  test.each([
    ['package.json', '{"name":"a"}', '{"name":"a","resolutions":{"vitest":"npm:other@1"}}'],
    ['package.json', '{"name":"a"}', '{"name":"a","pnpm":{"overrides":{"vitest":"npm:other@1"}}}'],
    ['pyproject.toml', '[tool.uv]\n', '[tool.uv]\n[tool.uv.sources]\npytest = { path = "tools/pytest" }\n'],
    ['pyproject.toml', '[project]\n', '[project]\n[project.entry-points.pytest11]\nmine = "mine"\n'],
    ['setup.cfg', '[options]\n', '[options]\n[options.entry_points]\npytest11 =\n  mine = mine\n'],
  ])('in %s is also who stands in for the runner', (path, before, after) => {
    expect(alteredCheckDefinition(path, before, after)).toBe('package manifest')
    expect(alteredCheckDefinition(path, before, before)).toBeUndefined()
  })
})
