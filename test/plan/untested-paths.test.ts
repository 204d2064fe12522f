import { expect, test } from 'vitest'
import { untestedPaths } from '../../src/plan/untested-paths.ts'
import type { TaskType } from '../../src/task/contract.ts'
import { isTestFile } from '../../src/toolchain/commands.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import { contractOf, planOf } from '../policy/fixture.ts'

const files: Record<string, string> = {
  'package.json': JSON.stringify({ scripts: { test: 'node --test' } }),
  'src/named.js': '',
  'src/imported.js': '',
  'src/between.js': "import './deep.js'",
  'src/deep.js': '',
  'src/alone.js': '',
  'README.md': '',
  'test/named.test.js': '',
  'test/other.test.js': "import '../src/imported.js'\nimport '../src/between.js'",
}

async function untested(paths: string[], given: { taskType?: TaskType; files?: Record<string, string> } = {}) {
  const all = given.files ?? files
  const snapshot = await detectToolchain(Object.keys(all), async (path) => all[path])
  const workspace = { files: async () => Object.keys(all), readBase: async (path: string) => all[path] }
  const bench = { snapshot, isTest: (path: string) => isTestFile(snapshot, path), workspace } as never
  return untestedPaths(planOf(...paths), contractOf({ taskType: given.taskType ?? 'bug_fix' }), bench)
}

test('a file is tested by a test of its name, and by one that imports it, also over one file between', async () => {
  const sources = ['src/named.js', 'src/imported.js', 'src/deep.js', 'src/alone.js']
  expect(await untested(sources)).toEqual(['src/alone.js'])
})

test('a type of .NET is tested by a test that names it', async () => {
  const shop = {
    'src/Shop/Shop.csproj': '<Project Sdk="Microsoft.NET.Sdk" />',
    'src/Shop/Money.cs': 'namespace Shop { public class Money { } }',
    'src/Shop/Alone.cs': 'namespace Shop { public class Alone { } }',
    'tests/Shop.Tests/Shop.Tests.csproj': '<Project Sdk="Microsoft.NET.Sdk" />',
    'tests/Shop.Tests/CartTests.cs': 'using Shop;\nclass CartTests { Money total; }',
  }
  expect(await untested(['src/Shop/Money.cs', 'src/Shop/Alone.cs'], { files: shop })).toEqual(['src/Shop/Alone.cs'])
})

test('documents and tests need no test', async () => {
  expect(await untested(['README.md', 'test/named.test.js'])).toEqual([])
  expect(await untested(['src/alone.js'], { taskType: 'documentation' })).toEqual([])
})

test('where no test can be run, that is said elsewhere', async () => {
  expect(await untested(['src/alone.js'], { files: { 'src/alone.js': '' } })).toEqual([])
})
