import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Command } from '../../src/sandbox/sandbox.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import { missingTools } from '../../src/toolchain/missing-tools.ts'
import type { RepositorySnapshot } from '../../src/toolchain/toolchain.ts'
import { checkCommand } from './support/check.ts'
import { openRepository, readerOf } from './support/session.ts'

it('misses no program that the repository has installed for itself, at its root or in a package', async () => {
  const programs = ['node_modules/.bin/of-root', 'packages/api/node_modules/.bin/of-package']
  await using repository = await openRepository(Object.fromEntries(programs.map((path) => [path, '#!/bin/sh\n'])))
  for (const path of programs) await chmod(join(repository.tree, path), 0o755)
  const checks = [
    checkCommand({ line: 'of-root --all' }),
    checkCommand({ line: 'of-root', cwd: 'packages/api' }),
    checkCommand({ line: 'of-package', cwd: 'packages/api' }),
    checkCommand({ line: 'of-package' }),
  ]
  const snapshot: Pick<RepositorySnapshot, 'checks' | 'ecosystems'> = { ecosystems: [], checks }
  expect(await missingTools({ ...emptySnapshot, ...snapshot }, repository.session)).toEqual(['of-package'])
})

it('misses no linter or type checker that only a configuration speaks of', async () => {
  await using repository = await openRepository({})
  const style = (line: string, certainty: 'certain' | 'likely') =>
    checkCommand({ id: line, name: 'lint', line, certainty })
  const checks = [
    checkCommand({ line: 'no-such-runner' }),
    style('no-such-linter', 'likely'),
    style('no-such-named-linter', 'certain'),
    { ...style('no-such-optional-linter', 'certain'), required: false },
  ]
  const tools = ['no-such-linter', 'no-such-optional-linter', 'no-such-language']
  const ecosystems = [{ tools, checks }] as unknown as RepositorySnapshot['ecosystems']
  expect(await missingTools({ ...emptySnapshot, ecosystems, checks }, repository.session)).toEqual([
    'no-such-language',
    'no-such-named-linter',
    'no-such-runner',
  ])
})

it('asks for the package client of a lockfile only where something is run by it', async () => {
  const files = {
    'package.json': JSON.stringify({
      scripts: { test: 'node --test', lint: 'no-such-linter' },
      devDependencies: { ava: '6' },
      packageManager: 'pnpm@9.0.0',
    }),
    'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
  }
  await using repository = await openRepository(files)
  // Not of the machine: there may be a pnpm.
  const session = {
    ...repository.session,
    run: (command: Command) => repository.session.run({ ...command, line: `PATH=/nowhere\n${command.line}` }),
  }
  const missing = async (replaced: string[]) => {
    const policy = Object.fromEntries(replaced.map((name) => [name, { command: 'true', required: true }]))
    return missingTools(await detectToolchain(Object.keys(files), readerOf(files), policy), session)
  }
  expect(await missing([])).toContain('pnpm')
  expect(await missing(['test', 'lint'])).toContain('pnpm')
  expect(await missing(['install', 'test'])).toContain('pnpm')
  expect(await missing(['install', 'test', 'lint'])).toEqual([])
})

const emptySnapshot: RepositorySnapshot = {
  languages: [],
  buildSystems: [],
  ecosystems: [],
  packages: [],
  checks: [],
  installs: [],
  instructions: [],
  nestedInstructions: [],
  owners: [],
  testLayout: { files: 0, besideSources: 0, folders: [] },
  generatedFolders: [],
  fileCount: 0,
  notes: [],
}
