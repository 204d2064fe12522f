import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Command, CommandResult, SandboxSession } from '../../src/sandbox/sandbox.ts'
import type { DependencyCache } from '../../src/toolchain/dependency-cache.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import { installDependencies } from '../../src/toolchain/install.ts'
import { missingTools } from '../../src/toolchain/missing-tools.ts'
import { commandResult } from './support/check.ts'
import { openRepository, readerOf } from './support/session.ts'

const detect = (files: Record<string, string>) => detectToolchain(Object.keys(files), readerOf(files))

/** Passes commands on to a real session and keeps what it was asked. */
function listening(session: SandboxSession): SandboxSession & { asked: Command[] } {
  const asked: Command[] = []
  const run = (command: Command): Promise<CommandResult> => {
    asked.push(command)
    return session.run(command)
  }
  return { asked, run, close: () => session.close() }
}

/** A package in the repository itself needs no network. */
const linked = {
  'package.json': JSON.stringify({ dependencies: { inner: 'file:inner' } }),
  'inner/package.json': JSON.stringify({ name: 'inner', version: '1.0.0', scripts: { postinstall: 'touch ran' } }),
}

describe('installDependencies', () => {
  it('does nothing where there is nothing to install', async () => {
    const session: SandboxSession = { run: () => Promise.reject(new Error('not expected')), close: async () => {} }
    const snapshot = await detect({ 'package.json': '{}' })
    expect(await installDependencies({ session, snapshot })).toEqual({ commands: [], problem: undefined, notes: [] })
  })

  it('takes what an equal install has made before', async () => {
    const kept = new Map<string, string[]>()
    const cache: DependencyCache = {
      restore: async (key) => kept.has(key),
      keep: async (key, { parts }) => void kept.set(key, parts),
    }
    const joined = {
      ...linked,
      'package.json': JSON.stringify({ workspaces: ['inner'], dependencies: { inner: '1.0.0' } }),
    }
    const snapshot = await detect(joined)
    const install = async () => {
      await using repository = await openRepository(joined)
      const session = listening(repository.session)
      const files = async () => Object.keys(joined)
      const outcome = await installDependencies({
        session,
        snapshot,
        kept: { cache, repository: 'github:acme/shop', tree: repository.tree, home: repository.home, files },
      })
      return { outcome, lines: session.asked.map(({ line }) => line) }
    }
    const [first, second] = [await install(), await install()]
    const line = 'npm install --ignore-scripts --no-audit --no-fund --no-package-lock'
    expect([...kept.values()]).toEqual([['node_modules', 'inner/node_modules']])
    expect(first.lines).toContain(line)
    expect(second.lines).toEqual([expect.stringMatching(/node --version && npm --version.*os-release/s)])
    expect(second.outcome).toEqual(first.outcome)
  })

  it('does not keep what has failed', async () => {
    const cache: DependencyCache = {
      restore: async () => false,
      keep: () => Promise.reject(new Error('not expected')),
    }
    await using repository = await openRepository(linked)
    const { problem } = await installDependencies({
      session: {
        run: async ({ line }) => commandResult({ exitCode: line.includes('--version') ? 0 : 1 }),
        close: async () => {},
      },
      snapshot: await detect({ 'package.json': '{"dependencies":{"a":"1"}}' }),
      kept: { cache, repository: 'a', tree: repository.tree, home: repository.home, files: async () => [] },
    })
    expect(problem).toContain('Exit code 1.')
  })

  it('installs, and runs no script of a dependency', async () => {
    await using repository = await openRepository(linked)
    const snapshot = await detect(linked)
    const outcome = await installDependencies({ session: repository.session, snapshot })
    expect(outcome.problem).toBeUndefined()
    await access(join(repository.tree, 'node_modules/inner/package.json'))
    await expect(access(join(repository.tree, 'inner/ran'))).rejects.toThrow()
  })

  it('opens the network to the registries alone, and names the one of this machine', async () => {
    await using repository = await openRepository(linked)
    const session = listening(repository.session)
    await installDependencies({
      session,
      snapshot: await detect(linked),
      registries: { npm: 'http://127.0.0.1:4873/' },
      allowedHosts: ['mirror.example.com'],
    })
    expect(session.asked[0]?.network).toEqual({
      allowedHosts: ['127.0.0.1:4873', 'mirror.example.com', 'registry.npmjs.org'],
    })
    expect(session.asked[0]?.env).toMatchObject({ npm_config_registry: 'http://127.0.0.1:4873/' })
  })

  it('keeps to the registry that the repository names', async () => {
    const files = { ...linked, '.npmrc': 'registry=https://npm.example.com/\n' }
    await using repository = await openRepository(files)
    const session = listening(repository.session)
    await installDependencies({ session, snapshot: await detect(files), registries: { npm: 'http://127.0.0.1:4873/' } })
    expect(session.asked[0]?.network).toEqual({ allowedHosts: ['npm.example.com'] })
    expect(session.asked[0]?.env).not.toHaveProperty('npm_config_registry')
  })

  it('says which command failed, and how', async () => {
    const session: SandboxSession = {
      run: async () => commandResult({ exitCode: 1, output: 'npm warn old\nnpm error 404 no-such-package\n' }),
      close: async () => {},
    }
    const { problem } = await installDependencies({ session, snapshot: await detect(linked) })
    expect(problem).toBe(
      'npm install --ignore-scripts --no-audit --no-fund --no-package-lock\nExit code 1.\nnpm error 404 no-such-package',
    )
  })

  it('shows no credential that the command printed', async () => {
    const secret = ['ghp', 'R2d9kXq7LmZ4vB8nT1sW6yC3hF5jP0aEuGiO'].join('_')
    const session: SandboxSession = {
      run: async () => commandResult({ exitCode: 1, output: `error: 401 with ${secret}\n` }),
      close: async () => {},
    }
    const { problem } = await installDependencies({ session, snapshot: await detect(linked) })
    expect(problem).toContain('error: 401 with [redacted: ')
  })

  it('goes on where the install is not required', async () => {
    const session: SandboxSession = { run: async () => commandResult({ exitCode: 1 }), close: async () => {} }
    const snapshot = await detectToolchain(Object.keys(linked), readerOf(linked), { install: { required: false } })
    const outcome = await installDependencies({ session, snapshot })
    expect(outcome).toMatchObject({
      problem: undefined,
      notes: ['The install of package.json failed, and is not required.'],
    })
  })
})

describe('missingTools', () => {
  it('names what is not on PATH in the sandbox', async () => {
    await using repository = await openRepository({})
    const files = { 'package.json': JSON.stringify({ scripts: { test: 'ava' } }), 'package-lock.json': '{}' }
    const snapshot = await detect(files)
    const [facts] = snapshot.ecosystems
    if (facts !== undefined) facts.tools = ['node', 'no-such-program-1']
    expect(await missingTools(snapshot, repository.session)).toEqual(['no-such-program-1'])
  })

  it('names what a required check of the policy begins with; no path, and nothing that only a shell can read', async () => {
    await using repository = await openRepository({})
    const snapshot = await detectToolchain([], readerOf({}), {
      test: { command: 'no-such-program-2 --all', required: true },
      lint: { command: './scripts/lint.sh', required: true },
      format: { command: 'FORMAT=1 no-such-program-3', required: true },
      typecheck: { command: 'no-such-program-4', required: false },
    })
    expect(await missingTools(snapshot, repository.session)).toEqual(['no-such-program-2'])
  })
})
