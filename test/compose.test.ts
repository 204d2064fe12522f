// What the deployment's configuration becomes of, where no other test passes by.
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { composeRepositories } from '../src/compose/repositories.ts'
import { composeSandbox } from '../src/compose/sandbox.ts'
import { composeLocal } from '../src/compose.ts'
import { type Config, readConfig } from '../src/config.ts'
import { createGitWorkspaces } from '../src/workspace/git-workspaces.ts'
import { openFixture } from './contract/sandbox.ts'
import { requirePackage, withoutSystemPart } from './support/system.ts'
import { commitAll, git, write } from './workspace/sources.ts'

const needsPrograms = requirePackage('bubblewrap', ['bwrap', 'socat', 'python3'])
const { usable, problem } = await composeSandbox(configOf({})).probe()
const needsSandbox = usable ? needsPrograms : withoutSystemPart(problem?.what ?? '', problem?.mend ?? '')

needsSandbox('the network of installs', () => {
  let origin: { server: Server; at: string }
  beforeAll(async () => {
    const server = createServer((_incoming, response) => response.end('origin'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = { server, at: `127.0.0.1:${(server.address() as AddressInfo).port}` }
  })
  afterAll(() => new Promise((resolve) => origin.server.close(resolve)))

  it.each<[string, (at: string) => Record<string, string>, string]>([
    ['is closed to this machine', () => ({}), '403'],
    ['opens what DRAFTSMITH_PRIVATE_HOSTS names', (at) => ({ DRAFTSMITH_PRIVATE_HOSTS: at }), 'origin'],
    ["opens the deployment's registry", (at) => ({ npm_config_registry: `http://${at}/` }), 'origin'],
    ["opens the deployment's package index", (at) => ({ PIP_INDEX_URL: `http://${at}/simple` }), 'origin'],
  ])('%s', async (_, environment, answer) => {
    const box = await openFixture(composeSandbox(configOf(environment(origin.at))))
    const line = `NO_PROXY= no_proxy= python3 -c "
import urllib.request, urllib.error
proxy = urllib.request.ProxyHandler({'http': 'http://127.0.0.1:3128'})
try:
    print(urllib.request.build_opener(proxy).open('http://${origin.at}/').read().decode())
except urllib.error.HTTPError as error:
    print(error.code)
"`
    const { output } = await box.run({ line, network: { allowedHosts: [origin.at] } })
    expect(output.trim()).toBe(answer)
    await box.close()
  })
})

describe('a deployment behind a proxy', () => {
  it('tells commands that have a network', async () => {
    const box = await openFixture(composeSandbox(configOf({ HTTPS_PROXY: 'http://127.0.0.1:9' }), { kind: 'none' }))
    const { output } = await box.run({ line: 'echo "$HTTPS_PROXY"', network: { allowedHosts: [] } })
    expect(output).toBe('http://127.0.0.1:9\n')
    await box.close()
  })
})

describe('local runs beside a service', () => {
  it('keep their work trees when the service starts and sweeps its own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'draftsmith-compose-'))
    const source = join(folder, 'source')
    await git(folder, ['init', '--quiet', source])
    await write(source, { 'a.txt': 'a\n' })
    const commit = await commitAll(source, 'feat: a')
    const config = configOf({ DRAFTSMITH_DATA_DIR: join(folder, 'data') })
    const { workspaces } = composeRepositories(config)
    const local = await workspaces.open({ repositoryKey: 'local:a', url: source, env: {}, commit, runId: 'r-local' })
    await createGitWorkspaces({ root: config.dataDir, hostEnv: config.hostEnv }).sweep()
    expect(await readFile(join(local.tree, 'a.txt'), 'utf8')).toBe('a\n')
    await local.close()
    await rm(folder, { recursive: true })
  })
})

describe('a local run', () => {
  it('begins with what is left of those that were killed, and begins also where that cannot be removed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'draftsmith-compose-'))
    const [runs, locks] = [join(folder, 'local/runs'), join(folder, 'local/run-locks')]
    await write(join(runs, 'r-killed'), { 'tree/a.txt': 'a\n' })
    await mkdir(join(locks, 'r-broken.lock'), { recursive: true })
    const base = { repository: '/a', baseBranch: 'main', baseCommit: 'c', policyText: undefined, notes: [] }
    const said: string[] = []
    const log = pino({ level: 'error' }, { write: (line: string) => void said.push(line) })
    const config = configOf({ DRAFTSMITH_DATA_DIR: folder })
    const { ledger } = await composeLocal(config, log, { base, results: join(folder, 'results'), show: () => {} })
    expect(await readdir(runs)).toEqual([])
    expect(said).toEqual([expect.stringContaining('what earlier processes left cannot be removed')])
    await ledger.close()
    await rm(folder, { recursive: true })
  })
})

function configOf(environment: Record<string, string>): Config {
  const read = readConfig({ PATH: process.env.PATH, ...environment }, [])
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems))
  return read.config
}
