import { spawnSync } from 'node:child_process'
import { ecosystemContract } from '../contract/ecosystem.ts'

const sums = 'def add(a, b):\n    return a + b\n'
const wrong = sums.replace('a + b', 'a - b')
const breakage = { files: { 'sums.py': 'def add(a, b:\n' }, words: ['sums.py:1', 'SyntaxError'] }

ecosystemContract({
  name: 'python',
  runner: 'pytest',
  programs: ['python3'],
  lacks: spawnSync('python3', ['-c', 'import pytest']).status === 0 ? undefined : 'pytest',
  packageName: 'python3-pytest',
  files: {
    'pytest.ini': '[pytest]\npythonpath = .\n',
    'sums.py': wrong,
    'tests/test_sums.py': `import pytest

from sums import add


def test_holds():
    assert True


def test_adds():
    assert add(1, 1) == 2


@pytest.mark.skip
def test_waits():
    pass
`,
    'tests/test_names.py': 'def test_is_named():\n    pass\n',
  },
  test: {
    path: 'tests/test_sums.py',
    passes: 'tests/test_sums.py > test_holds',
    fails: 'tests/test_sums.py > test_adds',
    skipped: 'tests/test_sums.py > test_waits',
    place: 'tests/test_sums.py:11',
    words: 'assert 0 == 2',
  },
  second: { path: 'tests/test_names.py', passes: 'tests/test_names.py > test_is_named' },
  mend: { 'sums.py': sums },
  breakage,
})

ecosystemContract({
  name: 'python',
  runner: 'unittest',
  programs: ['python3'],
  packageName: 'python3',
  files: {
    'setup.cfg': '[metadata]\nname = sums\n',
    'sums.py': wrong,
    'tests/__init__.py': '',
    'tests/test_sums.py': `import unittest

from sums import add


class Sums(unittest.TestCase):
    def test_holds(self):
        pass

    def test_adds(self):
        self.assertEqual(add(1, 1), 2)

    @unittest.skip('later')
    def test_waits(self):
        pass
`,
    'tests/test_names.py':
      'import unittest\n\n\nclass Names(unittest.TestCase):\n    def test_is_named(self):\n        pass\n',
  },
  test: {
    path: 'tests/test_sums.py',
    passes: 'tests.test_sums.Sums > test_holds',
    fails: 'tests.test_sums.Sums > test_adds',
    skipped: 'tests.test_sums.Sums > test_waits',
    place: 'tests/test_sums.py:11',
    words: 'AssertionError: 0 != 2',
  },
  second: { path: 'tests/test_names.py', passes: 'tests.test_names.Names > test_is_named' },
  mend: { 'sums.py': sums },
  breakage,
})
