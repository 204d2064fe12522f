import { describe, expect, it } from 'vitest'
import { formatCommands, isTestFile, targetedChecks } from '../../src/toolchain/commands.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import { instructionsFor } from '../../src/toolchain/instructions.ts'
import type { PolicyChecks } from '../../src/toolchain/toolchain.ts'
import { readerOf } from './support/session.ts'

const detect = (files: Record<string, string>, policy?: PolicyChecks) =>
  detectToolchain(Object.keys(files).sort(), readerOf(files), policy)

const manifest = (given: object) => JSON.stringify(given)

describe('a node project', () => {
  it.each([
    ['package-lock.json', 'npm test', 'npm ci --ignore-scripts --no-audit --no-fund'],
    ['pnpm-lock.yaml', 'pnpm run test', 'pnpm install --frozen-lockfile --ignore-scripts'],
    ['bun.lock', 'bun run test', 'bun install --frozen-lockfile --ignore-scripts'],
  ])('with %s uses its client', async (lock, line, install) => {
    const snapshot = await detect({
      'package.json': manifest({ scripts: { test: 'vitest run' }, devDependencies: { vitest: '5' } }),
      [lock]: '',
    })
    expect(snapshot.checks).toMatchObject([{ id: 'test', line, report: 'vitest-json', required: true }])
    expect(snapshot.installs).toMatchObject([
      { line: install, cwd: '.', from: lock, allowedHosts: ['registry.npmjs.org'] },
    ])
  })

  it('without dependencies installs nothing', async () => {
    const snapshot = await detect({ 'package.json': manifest({ scripts: { test: 'node --test' } }) })
    expect(snapshot.installs).toEqual([])
    expect(snapshot.ecosystems[0]?.tools).toEqual(['node', 'npm'])
  })

  it.each([
    ['node --test', 'node-events'],
    ['node --import tsx --test "test/**/*.test.ts"', 'node-events'],
    ['NODE_ENV=test c8 mocha --recursive', 'mocha-json'],
    ['cross-env CI=1 jest --ci', 'jest-json'],
    ['tsc && ava', 'node-tap'],
    ['vitest', 'vitest-json'],
    ['./scripts/test.sh', 'text'],
    ['jest $ARGS', 'text'],
  ])('tells the runner of `%s`: %s', async (test, report) => {
    const snapshot = await detect({ 'package.json': manifest({ scripts: { test } }) })
    expect(snapshot.checks).toMatchObject([{ name: 'test', report }])
  })

  it('runs a chain one by one where the runner is not its last command, so that tests are told by name', async () => {
    const chain = await detect({ 'package.json': manifest({ scripts: { test: 'xo && npx ava && tsd' } }) })
    expect(chain.checks.map(({ name, id, line, report }) => [name, id, line, report])).toEqual([
      ['typecheck', 'tsd', 'tsd', 'text'],
      ['lint', 'xo', 'xo', 'text'],
      ['test', 'test', 'npx ava', 'node-tap'],
    ])
    const scripts = { lint: 'eslint .', test: 'npm run lint && vitest run && node a.js && node b.js' }
    const calling = await detect({ 'package.json': manifest({ scripts }) })
    expect(calling.checks.map(({ id, line }) => [id, line])).toEqual([
      ['lint', 'npm run lint'],
      ['test', 'vitest run'],
      ['node', 'node a.js'],
      ['node-2', 'node b.js'],
    ])
    expect(targetedChecks(calling, ['a.test.js'])).toMatchObject([{ line: 'vitest run a.test.js' }])
  })

  it.each([
    ['has a script around it', { pretest: 'node build.js', test: 'ava && tsd' }],
    ['changes the folder', { test: 'cd lib && ava && tsd' }],
    ['holds what only a shell can read', { test: 'ava && echo "$(date)"' }],
    ['has two runners', { test: 'ava && jest && tsd' }],
  ])('leaves a chain whole that %s', async (_, scripts) => {
    const snapshot = await detect({ 'package.json': manifest({ scripts }) })
    expect(snapshot.checks).toMatchObject([{ id: 'test', line: 'npm test', report: 'text' }])
  })

  it('knows tests by folder and name, also the one file of a small package', async () => {
    const files = { 'package.json': manifest({}), 'packages/a/package.json': manifest({}) }
    const snapshot = await detect(files)
    const tests = [
      'test.js',
      'packages/a/test.mjs',
      'a.spec.ts',
      'index.test-d.ts',
      'test-a.js',
      'a_test.js',
      'test/a.js',
    ]
    expect(tests.filter((path) => !isTestFile(snapshot, path))).toEqual([])
    const others = ['src/test.js', 'contest.js', 'latest.ts', 'src/testing.ts', 'a.bench.ts', 'src/spec.ts']
    expect(others.filter((path) => isTestFile(snapshot, path))).toEqual([])
  })

  it('finds checks by the usual names of scripts, and leaves out what changes files', async () => {
    const scripts = {
      test: 'node --test',
      lint: 'eslint --fix .',
      typecheck: 'tsc --noEmit',
      'format:check': 'prettier -c .',
    }
    const snapshot = await detect({ 'package.json': manifest({ scripts }) })
    expect(snapshot.checks.map(({ name, line }) => [name, line])).toEqual([
      ['format', 'npm run format:check'],
      ['typecheck', 'npm run typecheck'],
      ['test', 'npm test'],
    ])
    expect(snapshot.notes).toEqual(['The script lint of package.json changes files, so it is not run as a check.'])
  })

  it('does not take the placeholder of npm init for a test', async () => {
    const scripts = { test: 'echo "Error: no test specified" && exit 1' }
    expect((await detect({ 'package.json': manifest({ scripts }) })).checks).toEqual([])
  })

  it('runs the scripts of workspaces where the root has none', async () => {
    const files = {
      'package.json': manifest({ workspaces: ['packages/*', '!packages/old'] }),
      'packages/api/package.json': manifest({ scripts: { test: 'jest' }, dependencies: { jest: '30' } }),
      'packages/old/package.json': manifest({ scripts: { test: 'jest' } }),
      'packages/web/package.json': manifest({ scripts: { test: 'node --test' } }),
      'packages/web/a.test.js': '',
    }
    const snapshot = await detect(files)
    expect(snapshot.checks.map(({ id, cwd }) => [id, cwd])).toEqual([
      ['test:packages/api', 'packages/api'],
      ['test:packages/web', 'packages/web'],
      ['test:packages/old', 'packages/old'],
    ])
    expect(targetedChecks(snapshot, ['packages/web/a.test.js', 'packages/api/b.test.js'])).toMatchObject([
      { id: 'targeted:packages/api', line: 'jest --runTestsByPath b.test.js', cwd: 'packages/api' },
      { id: 'targeted:packages/web', line: 'node --test a.test.js', cwd: 'packages/web' },
    ])
  })

  it.each([
    ['npm test --workspaces --if-present', 'npm'],
    ['npm run test -ws', 'npm'],
    ['pnpm -r --if-present run test', 'pnpm'],
    ['yarn workspaces foreach -A run test', 'yarn'],
    ['node --test && npm test --workspaces', 'npm'],
  ])('runs the scripts of workspaces one by one where the root says %s', async (test, client) => {
    const snapshot = await detect({
      'package.json': manifest({ workspaces: ['packages/*'], scripts: { test } }),
      ...(client === 'npm' ? {} : { [client === 'pnpm' ? 'pnpm-lock.yaml' : 'yarn.lock']: '' }),
      'packages/api/package.json': manifest({ scripts: { test: 'node --test' } }),
      'packages/web/package.json': manifest({ scripts: { test: 'vitest run' } }),
    })
    const inPackages = snapshot.checks.filter(({ cwd }) => cwd !== '.')
    expect(snapshot.checks.length - inPackages.length).toBe(test.includes('&&') ? 1 : 0)
    expect(inPackages.map(({ id, cwd, report }) => [id, cwd, report])).toEqual([
      ['test:packages/api', 'packages/api', 'node-events'],
      ['test:packages/web', 'packages/web', 'vitest-json'],
    ])
  })

  it.each([{ test: 'npm test --workspace=api' }, { test: 'npm test --workspaces', pretest: 'make' }])(
    'leaves a root alone that does %o',
    async (scripts) => {
      const snapshot = await detect({
        'package.json': manifest({ workspaces: ['packages/*'], scripts }),
        'packages/api/package.json': manifest({ scripts: { test: 'node --test' } }),
      })
      expect(snapshot.checks.every(({ cwd }) => cwd === '.')).toBe(true)
    },
  )

  it('reads the workspaces of pnpm', async () => {
    const files = {
      'package.json': manifest({}),
      'pnpm-workspace.yaml': 'packages:\n  # all of them\n  - "packages/*"\n',
      'pnpm-lock.yaml': '',
      'packages/api/package.json': manifest({ scripts: { test: 'vitest' } }),
    }
    expect((await detect(files)).checks).toMatchObject([{ id: 'test:packages/api', line: 'pnpm run test' }])
  })

  it('asks the registries that the repository names', async () => {
    const files = {
      'package.json': manifest({ dependencies: { a: '1' } }),
      '.npmrc':
        'registry=https://npm.example.com/\n@scope:registry=https://other.example.com:8443/npm/\n//npm.example.com/:_authToken=none\n',
    }
    expect((await detect(files)).installs[0]?.allowedHosts).toEqual(['npm.example.com', 'other.example.com:8443'])
  })

  it('with a broken package.json is no node project', async () => {
    expect((await detect({ 'package.json': '{ "scripts": ' })).ecosystems).toEqual([])
  })

  it.each([
    [
      'prettier',
      { 'package.json': manifest({ devDependencies: { prettier: '3' } }), '.prettierrc': '{}' },
      /^prettier --write .* 'src\/a b\.js' src\/c\.js$/,
    ],
    [
      'biome',
      { 'package.json': manifest({ devDependencies: { '@biomejs/biome': '2' } }), 'biome.json': '{}' },
      /^biome format --write .* 'src\/a b\.js' src\/c\.js$/,
    ],
  ])('formats files with %s where it is configured', async (_, files, line) => {
    const commands = formatCommands(await detect(files), ['src/a b.js', 'src/c.js', 'dist/d.js', 'e.py'])
    expect(commands).toEqual([{ line: expect.stringMatching(line), cwd: '.' }])
  })

  it('formats nothing with a formatter that is only a dependency', async () => {
    const files = { 'package.json': manifest({ devDependencies: { prettier: '3' } }) }
    expect(formatCommands(await detect(files), ['a.js'])).toEqual([])
  })

  it.each(['ava', 'make test', 'node check.js'])('runs no tests alone where `%s` cannot', async (test) => {
    const snapshot = await detect({ 'package.json': manifest({ scripts: { test } }) })
    expect(targetedChecks(snapshot, ['test/a.test.js'])).toEqual([])
  })

  it('keeps the flags of the script when it runs some tests', async () => {
    const scripts = { test: "node --import ./setup.js --test 'test/**/*.test.js'" }
    const snapshot = await detect({ 'package.json': manifest({ scripts }) })
    expect(targetedChecks(snapshot, ['test/a.test.js', "test/it's.test.js"])[0]?.line).toBe(
      `node --import ./setup.js --test test/a.test.js 'test/it'\\''s.test.js'`,
    )
  })
})

describe('a python project', () => {
  const test = 'import unittest\n\nclass A(unittest.TestCase):\n    def test_a(self):\n        pass\n'

  it('with unittest alone installs nothing', async () => {
    const snapshot = await detect({
      'pyproject.toml': '[project]\nname = "a"\n',
      'tests/__init__.py': '',
      'tests/test_a.py': test,
    })
    expect(snapshot.installs).toEqual([])
    expect(snapshot.checks).toMatchObject([
      { line: 'python3 -m unittest discover -v -s tests -t .', report: 'unittest-text' },
    ])
    expect(snapshot.ecosystems[0]?.tools).toEqual(['python3'])
  })

  it.each([
    ['pyproject.toml', '[tool.pytest.ini_options]\naddopts = "-q"\n'],
    ['setup.cfg', '[tool:pytest]\n'],
    ['pytest.ini', '[pytest]\n'],
    ['requirements.txt', 'requests==2\npytest>=8\n'],
    ['pyproject.toml', '[dependency-groups]\ndev = ["pytest"]\n'],
  ])('with %s runs pytest', async (name, text) => {
    const snapshot = await detect({ [name]: text, 'tests/test_a.py': test })
    expect(snapshot.checks).toMatchObject([{ line: 'python3 -m pytest', report: 'pytest-junit' }])
  })

  it('with plain test functions runs pytest', async () => {
    const snapshot = await detect({ 'setup.py': '', 'test_a.py': 'def test_a():\n    assert True\n' })
    expect(snapshot.checks).toMatchObject([{ report: 'pytest-junit' }])
    expect(snapshot.ecosystems[0]?.tools).toEqual(['python3', 'pytest'])
  })

  it('installs what it lists into HOME, never into the work tree', async () => {
    const snapshot = await detect({
      'pyproject.toml':
        '[project]\ndependencies = ["uvicorn[standard]>=0.3", \'click\']\n[project.optional-dependencies]\ntest = [\n  "pytest",\n]\ndocs = ["sphinx"]\n',
      'requirements-dev.txt': '--index-url https://pypi.example.com/simple\nmypy\n',
      'tests/test_a.py': test,
    })
    expect(snapshot.installs).toEqual([
      {
        line: `python3 -m venv --system-site-packages "$HOME/.venv" && "$HOME/.venv/bin/python" -m pip install --disable-pip-version-check --no-input -r requirements-dev.txt 'uvicorn[standard]>=0.3' click pytest`,
        cwd: '.',
        from: 'requirements-dev.txt',
        allowedHosts: ['pypi.example.com'],
        certainty: 'likely',
        required: true,
        keeps: { parts: ['~/.venv'], versions: 'python3 --version' },
      },
    ])
  })

  it.each([
    [
      'Poetry',
      {
        'pyproject.toml': `[tool.poetry]
name = "shop"
[tool.poetry.dependencies]
python = "^3.11"
requests = "^2.31.0"
six = "~1.16"
uvicorn = { version = ">=0.3,<1", extras = ["standard"] }
local = { path = "../local" }
rich = { version = "^13", optional = true }
any = "*"
exact = "0.4.1"
old = "^0.2.3"
[tool.poetry.group.dev.dependencies]
pytest = "^8 || ^9"
[tool.poetry.group.docs.dependencies]
sphinx = "*"
`,
      },
      "'requests>=2.31.0,<3' 'six>=1.16,<1.17' 'uvicorn[standard]>=0.3,<1' any exact==0.4.1 'old>=0.2.3,<0.3' pytest",
    ],
    [
      'setup.cfg',
      {
        'setup.cfg':
          '[metadata]\nname = shop\n[options]\npackages = find:\ninstall_requires =\n    requests>=2  # of the web\n    six; python_version < "3"\nzip_safe = no\n[options.extras_require]\ntest =\n    pytest\ndocs =\n    sphinx\n',
      },
      `'requests>=2' 'six; python_version < "3"' pytest`,
    ],
    [
      'setup.py',
      {
        'setup.py':
          "setup(\n  install_requires=[\n    'click>=8',  # 'none'\n    \"uvicorn[standard]\",\n  ],\n  extras_require={'dev': ['pytest'], 'docs': ['sphinx']},\n)\n",
      },
      "'click>=8' 'uvicorn[standard]' pytest",
    ],
    [
      'groups that include others',
      { 'pyproject.toml': '[dependency-groups]\ndev = [{ include-group = "typing" }, "pytest"]\n' },
      'pytest',
    ],
  ])('installs what %s lists', async (_, files, requirements) => {
    const snapshot = await detect({ ...files, 'tests/test_a.py': test })
    expect(snapshot.installs[0]?.line.split('--no-input ')[1]).toBe(requirements)
  })

  it('checks format, style and types where they are configured', async () => {
    const snapshot = await detect({
      'pyproject.toml': '[tool.black]\n[tool.ruff.lint]\nselect = ["E"]\n[tool.mypy]\nstrict = true\n',
    })
    expect(snapshot.checks.map(({ name, line }) => [name, line])).toEqual([
      ['format', 'black --check --quiet .'],
      ['typecheck', 'mypy .'],
      ['lint', 'ruff check .'],
    ])
    expect(formatCommands(snapshot, ['a.py', 'b.js'])).toEqual([{ line: 'black --quiet a.py', cwd: '.' }])
  })
})

describe('a repository of two kinds', () => {
  const files = {
    'package.json': manifest({ scripts: { test: 'node --test' } }),
    'test/a.test.js': '',
    'setup.cfg': '',
    'tests/test_b.py': 'import unittest\n',
    'AGENTS.md': 'Be brief.\n',
    'CONTRIBUTING.md': 'A long line.\n'.repeat(2_000),
  }

  it('has checks of its own for both, with ids of their own', async () => {
    const snapshot = await detect(files)
    expect(snapshot.languages).toEqual(['JavaScript', 'Python'])
    expect(snapshot.checks.map(({ id }) => id)).toEqual(['test', 'test:python'])
    expect(targetedChecks(snapshot, ['tests/test_b.py', 'test/a.test.js']).map(({ line }) => line)).toEqual([
      'node --test test/a.test.js',
      'python3 -m unittest -v test_b',
    ])
  })

  it('hands on its instructions, 16 KiB at most', async () => {
    const { instructions } = await detect(files)
    expect(instructions.map(({ path }) => path)).toEqual(['AGENTS.md', 'CONTRIBUTING.md'])
    const bytes = instructions.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
    expect(bytes).toBeLessThanOrEqual(16 * 1024)
    expect(bytes).toBeGreaterThan(16 * 1024 - 40)
    expect(instructions[1]?.text).toMatch(/A long line\.\n… \(cut\)\n$/)
  })

  it('hands on the instructions of a folder to those alone who work in it', async () => {
    const snapshot = await detect({
      'AGENTS.md': 'Be brief.\n',
      'CLAUDE.md': '@AGENTS.md\n',
      'packages/api/AGENTS.md': 'Name the route.\n',
      'packages/api/CLAUDE.md': 'Name the route.\n',
      'packages/api/db/CLAUDE.md': 'x'.repeat(80).concat('\n').repeat(100),
      'packages/web/AGENTS.md': 'Mind the colours.\n',
      'node_modules/a/AGENTS.md': 'Buy more.\n',
    })
    const pathsFor = (...paths: string[]) => instructionsFor(snapshot, paths).map(({ path }) => path)
    expect(snapshot.instructions.map(({ path }) => path)).toEqual(['AGENTS.md'])
    expect(pathsFor('src/a.ts', 'packages/apis/a.ts')).toEqual(['AGENTS.md'])
    expect(pathsFor('packages/api/a.ts')).toEqual(['AGENTS.md', 'packages/api/AGENTS.md'])
    expect(pathsFor('packages/api/db/a.ts', 'packages/web/b.ts')).toEqual([
      'AGENTS.md',
      'packages/api/AGENTS.md',
      'packages/web/AGENTS.md',
      'packages/api/db/CLAUDE.md',
    ])
    expect(Buffer.byteLength(snapshot.nestedInstructions.at(-1)?.text ?? '')).toBeLessThanOrEqual(4 * 1024)
  })

  it('says how it is laid out: packages, tests, what is generated, who owns it', async () => {
    const snapshot = await detect({
      'package.json': manifest({ name: 'shop', workspaces: ['packages/*'] }),
      'packages/api/package.json': manifest({ name: '@shop/api' }),
      'packages/api/src/a.ts': '',
      'packages/api/src/a.test.ts': '',
      'packages/api/test/unit/b.test.ts': '',
      'packages/api/test/unit/c.test.ts': '',
      'packages/api/client/a.ts': '',
      'packages/api/client/deep/b.ts': '',
      'packages/api/dist/a.js': '',
      'tools/pyproject.toml': '[project]\nname = "bench"\n',
      '.gitattributes': 'client/** linguist-generated\npackages/api/client/** linguist-generated=true\n',
      CODEOWNERS: '/packages/ @shop/api\n',
    })
    expect(snapshot).toMatchObject({
      buildSystems: ['npm', 'pip'],
      packages: [
        { name: 'shop', folder: '.' },
        { name: '@shop/api', folder: 'packages/api' },
        { name: 'bench', folder: 'tools' },
      ],
      testLayout: { files: 3, besideSources: 1, folders: ['packages/api/test', 'packages/api/src'] },
      generatedFolders: ['packages/api/client', 'packages/api/dist'],
      owners: [{ pattern: '/packages/', owners: ['@shop/api'], line: 1 }],
    })
  })

  it('says of each command how sure it is', async () => {
    const snapshot = await detect(
      { ...files, 'pyproject.toml': '[tool.black]\n', 'package-lock.json': '', 'setup.cfg': '[flake8]\n' },
      { typecheck: { command: 'tsc', required: true } },
    )
    expect(snapshot.checks.map(({ line, from, certainty }) => [line, from, certainty])).toEqual([
      ['black --check --quiet .', 'pyproject.toml tool.black', 'likely'],
      ['tsc', 'draftsmith.yml checks.typecheck', 'certain'],
      ['flake8', 'setup.cfg flake8', 'likely'],
      ['npm test', 'package.json scripts.test', 'certain'],
      ['python3 -m unittest discover -v -s tests', 'unittest of the standard library', 'guessed'],
    ])
  })

  it('without anything known has no checks', async () => {
    expect(await detect({ 'README.md': '' })).toMatchObject({ languages: [], checks: [], installs: [] })
  })
})

describe('the policy', () => {
  const files = {
    'package.json': manifest({
      scripts: { test: 'vitest run', unit: 'npm run all', all: 'node --test' },
      dependencies: { a: '1' },
    }),
    'setup.cfg': '',
    'tests/test_b.py': 'import unittest\n',
  }

  it('replaces what was detected', async () => {
    const snapshot = await detect(files, {
      test: { command: 'make test', required: true },
      lint: { command: 'make lint', required: false },
      install: { command: 'make deps', required: true },
      targetedTest: { command: 'pytest {files}', required: false },
    })
    expect(snapshot.checks).toMatchObject([
      { id: 'lint', line: 'make lint', required: false, report: 'text', from: 'draftsmith.yml checks.lint' },
      { id: 'test', line: 'make test', required: true, report: 'text' },
    ])
    expect(snapshot.installs).toMatchObject([{ line: 'make deps', allowedHosts: ['registry.npmjs.org'] }])
    expect(targetedChecks(snapshot, ['b.py', 'a b.py'])).toMatchObject([
      { line: "pytest 'a b.py' b.py", report: 'pytest-junit' },
    ])
  })

  it('can make a detected check optional', async () => {
    const snapshot = await detect(files, { test: { required: false }, install: { required: false } })
    expect(snapshot.checks.map(({ required }) => required)).toEqual([false, false])
    expect(snapshot.installs.map(({ required }) => required)).toEqual([false])
  })

  it.each([
    ['npm test', 'vitest-json'],
    ['npm run all', 'node-events'],
    ['npm run unit', 'text'],
    ['python3 -m pytest -q', 'pytest-junit'],
    ['python -m unittest -v', 'unittest-text'],
    ['python -m unittest', 'text'],
    ['node --test', 'node-events'],
  ])('has tests by name for `%s`: %s', async (command, report) => {
    const snapshot = await detect(files, { test: { command, required: true } })
    expect(snapshot.checks).toMatchObject([{ id: 'test', line: command, report }])
  })
})
