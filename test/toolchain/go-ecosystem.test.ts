import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { formatCommands, targetedChecks } from '../../src/toolchain/commands.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import { ecosystemContract } from '../contract/ecosystem.ts'
import { readerOf } from './support/session.ts'

/** Go's own library is compiled once, not for each run. */
const cache = mkdtempSync(join(tmpdir(), 'draftsmith-go-cache-'))
afterAll(() => rmSync(cache, { recursive: true, force: true }))

const sums = 'package sums\n\nfunc Add(a, b int) int { return a + b }\n'

ecosystemContract({
  name: 'go',
  runner: 'go test',
  programs: ['go'],
  packageName: 'golang-go',
  env: { GOCACHE: cache },
  files: {
    'go.mod': 'module example.com/sums\n\ngo 1.19\n',
    'sums.go': sums.replace('a + b', 'a - b'),
    'sums_test.go': `package sums

import "testing"

func TestHolds(t *testing.T) {}

func same(t *testing.T, got, want int) {
	t.Helper()
	if got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}

func TestAdds(t *testing.T) {
	t.Run("one and one", func(t *testing.T) {
		same(t, Add(1, 1), 2)
	})
}

func TestWaits(t *testing.T) { t.Skip("later") }
`,
    'names/names.go': 'package names\n',
    'names/names_test.go': 'package names\n\nimport "testing"\n\nfunc TestIsNamed(t *testing.T) {}\n',
  },
  test: {
    path: 'sums_test.go',
    passes: 'example.com/sums > TestHolds',
    fails: 'example.com/sums > TestAdds > one_and_one',
    skipped: 'example.com/sums > TestWaits',
    place: 'sums_test.go:16',
    words: 'got 0, want 2',
  },
  second: { path: 'names/names_test.go', passes: 'example.com/sums/names > TestIsNamed' },
  mend: { 'sums.go': sums },
  breakage: {
    files: { 'sums.go': 'package sums\n\nfunc Add(a, b int) int { return "sum" }\n' },
    words: ['FAILED example.com/sums > does not build (sums.go:3)', 'cannot use "sum"'],
  },
})

describe('Go modules', () => {
  const files = {
    'go.work': 'go 1.22\n\nuse (\n\t./api\n\t./money\n)\n',
    'api/go.mod': 'module example.com/api\n\nrequire (\n\texample.com/money v0.1.0\n)\n',
    'api/.golangci.yml': '',
    'api/main.go': '',
    'api/deep/a_test.go': '',
    'api/main_test.go': '',
    'money/go.mod': 'module example.com/money\n',
    'money/money.go': '',
    'money/testdata/src/go.mod': 'module none\n',
    'vendored/go.mod': 'module example.com/vendored\n\nrequire example.com/x v1.0.0\n',
    'vendored/vendor/modules.txt': '',
  }
  const detect = () => detectToolchain(Object.keys(files), readerOf(files))

  it('are checked each for itself; what is vendored is not installed', async () => {
    const snapshot = await detect()
    expect(snapshot.packages.map(({ name }) => name)).toEqual([
      'example.com/api',
      'example.com/money',
      'example.com/vendored',
    ])
    expect(snapshot.checks.map(({ id, line, cwd, required }) => [id, line, cwd, required])).toEqual([
      ['vet:api', 'go vet ./...', 'api', true],
      ['vet:money', 'go vet ./...', 'money', true],
      ['golangci-lint:api', 'golangci-lint run', 'api', false],
      ['test:api', 'go test ./...', 'api', true],
    ])
    expect(snapshot.installs).toMatchObject([{ line: 'go mod download', cwd: 'api' }])
  })

  it('format the files that they hold, and test the packages of files', async () => {
    const snapshot = await detect()
    expect(formatCommands(snapshot, ['api/main.go', 'money/money.go', 'vendored/vendor/a.go'])).toEqual([
      { line: 'gofmt -w main.go', cwd: 'api' },
      { line: 'gofmt -w money.go', cwd: 'money' },
    ])
    expect(targetedChecks(snapshot, ['api/deep/a_test.go', 'api/main_test.go'])).toMatchObject([
      { line: 'go test ./deep .', cwd: 'api' },
    ])
  })
})
