import { expect, test } from 'vitest'
import { changedDependencies } from '../../src/judge/changed-dependencies.ts'

test.each([
  ['package.json', '{"dependencies":{"a":"1","b":"1"}}', '{"dependencies":{"a":"2"},"devDependencies":{"c":"1"}}'],
  ['composer.json', '{"require":{"a":"1","b":"1"}}', '{"require":{"a":"2"},"require-dev":{"c":"1"}}'],
  ['requirements.txt', '# tools\na==1\nb\n', '# tools\na==2\nc>=1 ; python_version > "3"\n'],
  [
    'Cargo.toml',
    '[package]\nname = "x"\n[dependencies]\na = "1"\nb = "1"\n',
    '[package]\nname = "y"\n[dependencies]\na = "2"\n[dev-dependencies.c]\nversion = "1"\n',
  ],
  [
    'pyproject.toml',
    '[project]\ndependencies = [\n  "a>=1",\n  "b>=1",\n]\n',
    '[project]\ndependencies = [\n  "a>=2",\n]\n[tool.poetry.dependencies]\nc = "^1"\n',
  ],
  ['Gemfile', "gem 'a', '1'\ngem 'b'\n", "gem 'a', '2'\ngem \"c\"\n"],
])('names what came, went and changed in %s', (path, before, after) => {
  expect(changedDependencies(`packages/x/${path}`, before, after)).toEqual(['a', 'b', 'c'])
  expect(changedDependencies(path, before, before)).toEqual([])
})

test.each([
  ['requirements.txt', 'git+https://github.com/x/evil.git'],
  ['requirements.txt', 'https://example.com/evil.whl  # faster'],
  ['requirements.txt', '--extra-index-url https://example.com/simple'],
  ['requirements-dev.txt', '-e ./tools/pytest'],
])('tells what a line of %s brings without a name: %s', (path, line) => {
  expect(changedDependencies(path, 'a==1\n', `a==1\n${line}\n`)).toEqual([line.replace(/ +#.*/, '')])
})

test('the sums of a pinned requirement are no dependencies', () => {
  const pinned = (sum: string) => `a==1 \\\n    --hash=sha256:${sum}\n`
  expect(changedDependencies('requirements.txt', pinned('00'), pinned('11'))).toEqual([])
})

test.each([
  '[project]\ndependencies = ["a", "evil"]\n',
  '[project]\ndependencies = [\n  "a",\n  "evil",\n]\n',
  '[project]\ndependencies = ["a"]\n[project.optional-dependencies]\nfast = ["evil"]\n',
  '[project]\ndependencies = ["a"]\n[dependency-groups]\ndev = ["evil[all]"]\n',
  '[project]\ndependencies = ["a"]\n[tool.uv]\ndev-dependencies = ["evil @ https://example.com/evil.whl"]\n',
])('finds a requirement without a version in every list of pyproject.toml', (after) => {
  expect(changedDependencies('pyproject.toml', '[project]\ndependencies = ["a"]\n', after)).toEqual(['evil'])
})

test('finds the requirements of setup.cfg, and nothing else of it', () => {
  const config = (own: string, extra: string) =>
    `[metadata]\nname = x\n[options]\npackages = find:\ninstall_requires =\n    a>=1\n    ${own}\n` +
    `[options.extras_require]\ntest = ${extra}\n[options.entry_points]\nconsole_scripts =\n    ${own} = x:main\n`
  expect(changedDependencies('setup.cfg', config('b', 'c'), config('d', 'e'))).toEqual(['b', 'c', 'd', 'e'])
  expect(changedDependencies('setup.cfg', config('b', 'c'), config('b', 'c').replace('x:main', 'x:run'))).toEqual([])
})

test('names modules of Go that another one stands in for', () => {
  const before = 'module example.com/x\n\nrequire github.com/a/b v1.0.0\n'
  const replaced = `${before}replace github.com/a/b => github.com/evil/b v1.0.0\n`
  expect(changedDependencies('go.mod', before, replaced)).toEqual(['github.com/a/b'])
  expect(changedDependencies('go.mod', replaced, replaced.replace('a/b v1.0.0', 'a/b v1.1.0'))).toEqual([
    'github.com/a/b',
  ])
})

test('names modules of Go by their whole path', () => {
  const before = 'module example.com/x\n\nrequire (\n\tgithub.com/a/b v1.0.0\n)\n'
  expect(changedDependencies('go.mod', before, before.replace('v1.0.0', 'v1.1.0'))).toEqual(['github.com/a/b'])
})

test('a new manifest brings all that it names; other files bring none', () => {
  expect(changedDependencies('package.json', undefined, '{"dependencies":{"a":"1"}}')).toEqual(['a'])
  expect(changedDependencies('package.json', '{', '{"name":"x"}')).toEqual([])
  expect(changedDependencies('src/a.js', 'a', 'b')).toEqual([])
})
