import { describe, expect, test } from 'vitest'
import { alteredCheckDefinition, filesThatChecksRun } from '../../src/policy/check-definitions.ts'

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
