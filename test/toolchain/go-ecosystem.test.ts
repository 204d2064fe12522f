import { ecosystemContract } from '../contract/ecosystem.ts'

const sums = 'package sums\n\nfunc Add(a, b int) int { return a + b }\n'

ecosystemContract({
  name: 'go',
  runner: 'go test',
  programs: ['go'],
  packageName: 'golang-go',
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
