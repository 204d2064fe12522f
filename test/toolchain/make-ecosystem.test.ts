import { describe, expect, it } from 'vitest'
import { isTestFile, targetedChecks } from '../../src/toolchain/commands.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import { runChecks } from '../../src/toolchain/run-checks.ts'
import { requirePackage } from '../support/system.ts'
import { openRepository, readerOf, withoutLogs } from './support/session.ts'

const makefile = `CC := cc
.PHONY: test lint fmt-check
all: sums

test lint: sums
	@echo "sums.c:3: wrong sum" >&2; exit 3
fmt-check::
	true
check = none
`
const detect = (files: Record<string, string>) => detectToolchain(Object.keys(files).sort(), readerOf(files))

describe('a Makefile', () => {
  it('tells the checks where nothing else does, without test names', async () => {
    const snapshot = await detect({ Makefile: makefile, 'sums.c': '', 'tests/test_sums.c': '' })
    expect(snapshot).toMatchObject({ languages: ['C'], buildSystems: ['make'] })
    expect(snapshot.checks).toMatchObject([
      { id: 'format', line: 'make fmt-check', from: 'Makefile target fmt-check', certainty: 'certain' },
      { id: 'lint', line: 'make lint' },
      { id: 'test', line: 'make test', report: 'text' },
    ])
    expect(isTestFile(snapshot, 'tests/test_sums.c')).toBe(true)
    expect(isTestFile(snapshot, 'sums.c')).toBe(false)
    expect(targetedChecks(snapshot, ['tests/test_sums.c'])).toEqual([])
  })

  it('adds to an ecosystem only what that has not', async () => {
    const files = { Makefile: makefile, 'package.json': JSON.stringify({ scripts: { test: 'node --test' } }) }
    const snapshot = await detect(files)
    expect(snapshot.checks.map(({ line }) => line)).toEqual(['make fmt-check', 'make lint', 'npm test'])
  })

  it('without a target for a check is none', async () => {
    expect(await detect({ Makefile: 'all:\n\tcc sums.c\n' })).toMatchObject({ languages: [], checks: [] })
  })
})

it('a justfile tells the checks of its recipes', async () => {
  const snapshot = await detect({
    justfile: 'version := "1"\n\n# All of it.\n@test *args: build\n  busted {{args}}\n\nlint:\n  luacheck .\n',
    'sums.lua': '',
  })
  expect(snapshot).toMatchObject({ languages: ['Lua'], buildSystems: ['just'] })
  expect(snapshot.checks.map(({ line, from }) => [line, from])).toEqual([
    ['just lint', 'justfile target lint'],
    ['just test', 'justfile target test'],
  ])
})

requirePackage('make', ['make'])('make', () => {
  it('is judged by its exit code, and its errors are told', async () => {
    const files = { Makefile: makefile, sums: '' }
    const { checks } = await detect(files)
    await using repository = await openRepository(files)
    const results = await runChecks({ ...repository, checks, logs: withoutLogs })
    expect(results.map(({ id, passed, exitCode }) => [id, passed, exitCode])).toEqual([
      ['format', true, 0],
      ['lint', false, 2],
      ['test', false, 2],
    ])
    expect(results[2]?.tests).toBeUndefined()
    expect(results[2]?.summary).toContain('sums.c:3: wrong sum')
  })
})
