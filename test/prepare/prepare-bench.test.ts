import { access, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Fault } from '../../src/errors.ts'
import { prepareBench } from '../../src/prepare/prepare-bench.ts'
import { createBubblewrapSandbox } from '../../src/sandbox/bubblewrap-sandbox.ts'
import { parseImages } from '../../src/sandbox/container-images.ts'
import { createContainerSandbox } from '../../src/sandbox/container-sandbox.ts'
import { createNoneSandbox } from '../../src/sandbox/none-sandbox.ts'
import { createFolderDependencyCache } from '../../src/workspace/folder-dependency-cache.ts'
import { type Lab, openBenched, openLab } from '../support/run-context.ts'
import { podmanInfo, startStandInEngine } from '../support/stand-in-engine.ts'
import { requirePackage } from '../support/system.ts'

/** Of no account; in two pieces, so that nobody takes it for one. */
const secret = ['ghp', 'R2d9kXq7LmZ4vB8nT1sW6yC3hF5jP0aEuGiO'].join('_')

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

describe('the baseline', () => {
  test('says what the tests said before the first edit', async () => {
    const { bench, host, run } = await openBenched(lab, { npm: true })
    await using _ = bench
    expect(
      bench.baseline.checks.map(({ line, passed, tests }) => [line, passed, tests?.map(({ name }) => name)]),
    ).toEqual([
      [
        'npm test',
        true,
        ['test/names.test.js > joins first and last name', 'test/total.test.js > an empty list costs nothing'],
      ],
    ])
    expect(host.lastView.stages.find(({ stage }) => stage === 'prepare')).toMatchObject({
      status: 'done',
      note: '2 tests pass',
    })
    expect([host.clones, host.revoked]).toEqual([1, 1])
    const log = await lab.ledger.artifact(run.claimed.run.id, 'baseline/test.log')
    expect(log?.toString()).toMatch(/^\$ npm test\n/)
  })

  test('names what was red already', async () => {
    const { bench, host } = await openBenched(lab, {
      policy: 'checks: { test: node --test, lint: exit 3 }',
      files: { 'test/old.test.js': "import { test } from 'node:test'\ntest('old', () => { throw new Error('no') })\n" },
    })
    await using _ = bench
    expect(host.lastView.stages.find(({ stage }) => stage === 'prepare')?.note).toBe(
      '2 tests pass, 1 fails already; red before the change: lint, test',
    )
  })

  test('is measured once: the next process has it from the record', async () => {
    const first = await openBenched(lab)
    await first.bench[Symbol.asyncDispose]()
    const lines: string[] = []
    const real = createNoneSandbox({ hostEnv: process.env, scratch: lab.folder })
    const again = await openBenched(lab, {
      runId: first.run.claimed.run.id,
      sandbox: {
        ...real,
        open: async (options) => {
          const session = await real.open(options)
          return {
            close: () => session.close(),
            run(command) {
              lines.push(command.line)
              return session.run(command)
            },
          }
        },
      },
    })
    await using _ = again.bench
    expect(again.bench.baseline).toEqual(first.bench.baseline)
    expect(lines).toEqual([])
  })
})

describe('the install', () => {
  const install = 'checks: { install: "echo from $npm_config_registry; exit 0", test: node --test }'
  const depending = { 'package.json': '{"type":"module","dependencies":{"inner":"file:inner"}}' }

  test("uses the deployment's registry, and its log is kept without credentials", async () => {
    const opened = await lab.open({ policy: install, files: depending })
    const run = { ...opened.run, registries: { npm: `https://npm.example.com/?password=${secret}` } }
    await using bench = await prepareBench(run, opened)
    await using _ = await bench.fresh(await bench.workspace.checkpoint())
    const kept = (name: string) => lab.ledger.artifact(run.claimed.run.id, name)
    const log = (await kept('baseline/install/1.log'))?.toString()
    expect(log).toMatch(/^\$ echo from/)
    expect(log).toContain('from https://npm.example.com/?password=[redacted: ')
    expect((await kept(`fresh-${(await bench.workspace.checkpoint()).slice(0, 12)}/install/1.log`))?.toString()).toBe(
      log,
    )
  })

  test('that failed and is not required stands in the report', async () => {
    const { bench, host } = await openBenched(lab, {
      policy: 'checks: { install: { command: exit 4, required: false }, test: node --test }',
      files: depending,
    })
    await using _ = bench
    expect(host.lastView.notes).toContain('The install of draftsmith.yml checks.install failed, and is not required.')
  })
})

test('no more of an output is shown than the policy says', async () => {
  const lint = 'node -e \\"for (let i = 0; i < 3000; i++) console.log(\'error number \' + i)\\"; exit 1'
  const summaryOf = async (limits: string) => {
    const { bench } = await openBenched(lab, { policy: `${limits}\nchecks: { test: node --test, lint: "${lint}" }` })
    await using _ = bench
    return Buffer.byteLength(bench.baseline.checks.find(({ id }) => id === 'lint')?.summary ?? '')
  }
  expect(await summaryOf('')).toBeLessThanOrEqual(8 * 1024)
  const larger = await summaryOf('limits: { outputKiB: 16 }')
  expect(larger).toBeGreaterThan(15 * 1024)
  expect(larger).toBeLessThanOrEqual(16 * 1024)
})

describe('what the repository lacks is a value', () => {
  test('a tool that is not on this machine', async () => {
    const { bench, host } = await openBenched(lab, {
      npm: true,
      files: { 'pnpm-lock.yaml': '', 'package.json': '{"type":"module","scripts":{"test":"node --test"}}' },
      sandbox: withoutPath(),
    })
    await using _ = bench
    expect(bench.baseline.missingTools).toContain('pnpm')
    expect(bench.baseline.checks).toEqual([])
    expect(host.lastView.stages.find(({ stage }) => stage === 'prepare')?.note).toMatch(/^missing: .*pnpm/)
  })

  test('dependencies that cannot be installed, with the last words of the command', async () => {
    const { bench, host } = await openBenched(lab, {
      policy: 'checks: { install: "echo no such package; exit 4", test: node --test }',
    })
    await using _ = bench
    expect(bench.baseline).toEqual({
      missingTools: [],
      installProblem: 'echo no such package; exit 4\nExit code 4.\nno such package',
      checks: [],
    })
    expect(host.lastView.stages.find(({ stage }) => stage === 'prepare')?.note).toBe('dependencies cannot be installed')
  })
})

test('a sandbox that cannot be opened ends with its fault, and leaves no work tree', async () => {
  const opened = await lab.open({
    sandbox: {
      ...createNoneSandbox({ hostEnv: process.env }),
      open: async () => {
        throw new Fault('infrastructure', 'sandbox_unavailable', 'bubblewrap is not there.')
      },
    },
  })
  await expect(prepareBench(opened.run, opened)).rejects.toMatchObject({ code: 'sandbox_unavailable' })
  expect(await lab.openFolders()).not.toContain(opened.run.claimed.run.id)
  expect(opened.host.revoked).toBe(1)
})

test('a fresh place holds exactly the tree, with dependencies of its own, and goes away', async () => {
  const { bench } = await openBenched(lab, {
    policy: 'checks: { install: "echo made > ignored.txt", test: node --test }',
  })
  await using _ = bench
  const place = await bench.fresh(await bench.workspace.checkpoint())
  const { tree } = place.workspace
  expect(tree).not.toBe(bench.workspace.tree)
  expect(await place.workspace.checkpoint()).toBe(await bench.workspace.checkpoint())
  await access(join(tree, 'ignored.txt'))
  await place[Symbol.asyncDispose]()
  await expect(access(tree)).rejects.toThrow()
  await access(bench.workspace.tree)
})

requirePackage('bubblewrap', ['bwrap', 'python3'])('in containers', () => {
  test('the image is that of what the repository is built with', async () => {
    const engine = await startStandInEngine('podman', podmanInfo)
    const images = parseImages('python=missing,node=of-node') ?? []
    const sandbox = createContainerSandbox({ hostEnv: engine.hostEnv, images, scratch: lab.folder })
    try {
      const { bench } = await openBenched(lab, { policy: 'checks: { test: node --test }', sandbox })
      await using _ = bench
      expect(bench.baseline.checks).toMatchObject([{ line: 'node --test', passed: true }])
      expect(bench.sandbox).toBe('container')
      expect((await engine.calls()).filter(([verb]) => verb === 'run').every((call) => call.includes('of-node'))).toBe(
        true,
      )
    } finally {
      await engine.close()
    }
  })
})

requirePackage('bubblewrap', ['bwrap', 'socat', 'npm'])('in a sandbox', () => {
  test('the dependencies of a fresh place are those of the first install, whatever was done to that place since', async () => {
    const manifest = { type: 'module', workspaces: ['inner'], dependencies: { inner: '1.0.0' } }
    const files = {
      'package.json': JSON.stringify({ ...manifest, scripts: { test: 'node --test' } }),
      'inner/package.json': '{"name":"inner","version":"1.0.0"}',
    }
    const scratch = lab.folder
    const opened = await lab.open({
      npm: true,
      files,
      sandbox: createBubblewrapSandbox({ hostEnv: process.env, scratch }),
    })
    const dependencies = createFolderDependencyCache({
      root: join(lab.folder, 'dependencies'),
      maxBytes: 1024 ** 3,
      now: () => new Date(),
    })
    const run = { ...opened.run, dependencies }
    await using bench = await prepareBench(run, opened)
    expect(bench.baseline.installProblem).toBeUndefined()
    await writeFile(join(bench.workspace.tree, 'node_modules/poison.js'), '')
    const treeSha = await bench.workspace.checkpoint()
    await using fresh = await bench.fresh(treeSha)
    expect((await readdir(join(fresh.workspace.tree, 'node_modules'))).sort()).toEqual(['.package-lock.json', 'inner'])
    const log = await lab.ledger.artifact(run.claimed.run.id, `fresh-${treeSha.slice(0, 12)}/install/1.log`)
    expect(log?.toString()).toMatch(/^\$ npm install .*\nNot run: what an equal install made/)
  })
})

function withoutPath() {
  const real = createNoneSandbox({ hostEnv: process.env, scratch: lab.folder })
  return {
    ...real,
    open: (options: Parameters<typeof real.open>[0]) =>
      real.open({ ...options, env: { ...options.env, PATH: '/nowhere' } }),
  }
}
