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

test('names modules of Go by their whole path', () => {
  const before = 'module example.com/x\n\nrequire (\n\tgithub.com/a/b v1.0.0\n)\n'
  expect(changedDependencies('go.mod', before, before.replace('v1.0.0', 'v1.1.0'))).toEqual(['github.com/a/b'])
})

test('a new manifest brings all that it names; other files bring none', () => {
  expect(changedDependencies('package.json', undefined, '{"dependencies":{"a":"1"}}')).toEqual(['a'])
  expect(changedDependencies('package.json', '{', '{"name":"x"}')).toEqual([])
  expect(changedDependencies('src/a.js', 'a', 'b')).toEqual([])
})
