import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createGitLocalRepositories } from '../../src/workspace/git-local-repositories.ts'
import { createGitWorkspaces } from '../../src/workspace/git-workspaces.ts'
import type { GitServer } from './git-server.ts'
import { openGitServer } from './git-server.ts'
import type { Bench } from './sources.ts'
import { closeBench, commitAll, git, openBench, write } from './sources.ts'

const token = 'ghs_0123456789abcdefABCDEF'
const encoded = Buffer.from(`x-access-token:${token}`).toString('base64')

let bench: Bench
let server: GitServer
let commit: string

beforeEach(async () => {
  bench = await openBench()
  await write(bench.source, { 'a.txt': 'one\n' })
  commit = await commitAll(bench.source)
  server = await openGitServer(bench.folder, token)
})

afterEach(async () => {
  await server.close()
  await closeBench(bench)
})

const header = (value: string) => ({
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'http.extraHeader',
  GIT_CONFIG_VALUE_0: `Authorization: basic ${value}`,
})

/** Writes down every argument list that git, and any git below it, is started with. */
async function recordArguments(): Promise<{ hostEnv: Record<string, string | undefined>; read(): Promise<string> }> {
  const folder = join(bench.folder, 'bin')
  const log = join(bench.folder, 'arguments')
  const { stdout: real } = await execa('which', ['git'])
  await mkdir(folder)
  await writeFile(join(folder, 'git'), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${log}'\nexec '${real}' "$@"\n`)
  await chmod(join(folder, 'git'), 0o755)
  return { hostEnv: { ...process.env, PATH: `${folder}:${process.env.PATH}` }, read: () => readFile(log, 'utf8') }
}

const open = (env: Record<string, string>, hostEnv: Record<string, string | undefined> = process.env) =>
  createGitWorkspaces({ root: bench.root, hostEnv }).open({
    repositoryKey: 'github:acme/shop',
    url: `${server.url}/source/.git`,
    env,
    commit,
    runId: 'r-1',
  })

it('fetches with a token that is in no argument, no configuration and no file', async () => {
  const recorded = await recordArguments()
  const workspace = await open(header(encoded), recorded.hostEnv)
  expect(await workspace.files()).toEqual(['a.txt'])
  expect(server.served.length).toBeGreaterThan(1)
  const seen = await recorded.read()
  expect(seen).toContain(`${server.url}/source/.git`)
  expect(seen).not.toContain(encoded)
  for (const secret of [token, encoded]) {
    await expect(execa('grep', ['-r', '-a', secret, bench.root])).rejects.toMatchObject({ exitCode: 1 })
  }
})

it('asks nobody for a password, and says what the server said without the token', async () => {
  await expect(open({})).rejects.toMatchObject({ class: 'infrastructure', code: 'clone_failed' })
  const wrong = Buffer.from('x-access-token:ghs_wrongwrongwrong').toString('base64')
  const fault: unknown = await open(header(wrong)).catch((thrown: unknown) => thrown)
  expect(fault).toMatchObject({ code: 'clone_failed', message: expect.stringContaining('403') })
  expect(`${fault} ${JSON.stringify(fault)}`).not.toContain(wrong)
  expect(await readdir(join(bench.root, 'runs')).catch(() => [])).toEqual([])
})

it('does not ask the server again for a commit that it has', async () => {
  await (await open(header(encoded))).close()
  const requests = server.served.length
  await open({})
  expect(server.served.length).toBe(requests)
})

it('describes what a URL has: its default branch, a branch, a tag', async () => {
  await git(bench.source, ['tag', '-a', 'v1', '-m', 'one'])
  await git(bench.source, ['checkout', '--quiet', '-b', 'next'])
  const next = await commitAll(bench.source)
  await git(bench.source, ['checkout', '--quiet', 'main'])
  const repositories = createGitLocalRepositories({ root: bench.root, hostEnv: process.env })
  const url = `${server.url}/source/.git`
  const describe = (base?: string) => repositories.describeRemote(url, base, header(encoded))
  expect(await describe()).toEqual({
    root: url,
    baseBranch: 'main',
    baseCommit: commit,
    uncommitted: [],
    remoteUrl: url,
  })
  expect(await describe('next')).toMatchObject({ baseBranch: 'next', baseCommit: next })
  expect(await describe('v1')).toMatchObject({ baseBranch: 'v1', baseCommit: commit })
  await expect(describe('nope')).rejects.toMatchObject({ code: 'unknown_base' })
  await expect(repositories.describeRemote(url)).rejects.toMatchObject({ code: 'clone_failed' })
})
