// The package as a stranger gets it: built from a copy of the sources, packed, installed by npm in another folder, and run.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CommandLine } from './cli/command-line.ts'
import { type EmulatedGitHub, startEmulatedGitHub } from './support/emulated-github/emulated-github.ts'
import { MessagesApi, refused } from './support/messages-api.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest: { version: string; files: string[] } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'draftsmith-package-'))
const elsewhere = join(folder, 'elsewhere')
const line = new CommandLine([join(elsewhere, 'node_modules', '.bin', 'draftsmith')])
// Whether this machine has a sandbox is not what is asked here.
const plain = { DRAFTSMITH_SANDBOX: 'none', ANTHROPIC_API_KEY: 'a-key' }
let packed: string[]
let installedBy: string
let github: EmulatedGitHub

beforeAll(async () => {
  const tarball = pack()
  packed = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
  installedBy = install(tarball)
  github = await startEmulatedGitHub({ repositories: [{ owner: 'acme', name: 'tool', files: { 'a.txt': 'a\n' } }] })
}, 300_000)

afterAll(async () => {
  await github?.close()
  line.remove()
  rmSync(folder, { recursive: true, force: true })
})

test('the tarball holds what runs, and no sources, tests or demo', () => {
  for (const path of [
    'dist/main.js',
    'dist/cli/draftsmith.js',
    'dist/plan/plan.md',
    'app.yml',
    '.env.example',
    'LICENSE',
  ])
    expect(packed).toContain(`package/${path}`)
  const tops = packed.map((path) => path.split('/')[1])
  for (const top of ['src', 'test', 'demo', 'tools', 'node_modules', '.env']) expect(tops).not.toContain(top)
  expect(packed.filter((path) => path.endsWith('.ts'))).toEqual([])
})

test('it prints its version', async ({ annotate }) => {
  await annotate(installedBy)
  expect(await line.run(['--version'])).toEqual({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: '' })
})

test('doctor looks at the machine and at the App, against the app.yml of the package', async () => {
  const ended = await line.run(['doctor', '--json'], { env: { ...plain, ...appVariables() } })
  const { version, ok, findings } = JSON.parse(ended.stdout)
  expect({ ...ended, stdout: '', version, ok }).toEqual({
    ...{ exitCode: 0, stdout: '', stderr: '' },
    ...{ version: manifest.version, ok: true },
  })
  const levels = Object.fromEntries(findings.map(({ check, level }: Record<string, string>) => [check, level]))
  expect(levels).toMatchObject({ node: 'ok', git: 'ok', app: 'ok', permissions: 'ok', events: 'ok', 'model key': 'ok' })
})

test('a run gets as far as the model, and says why it ends there', async () => {
  await using refusing = await MessagesApi.start(refused(401, 'authentication_error', 'invalid x-api-key'))
  const issue = join(folder, 'issue.md')
  writeFileSync(issue, 'The letter is wrong\n\nIn `a.txt` it should be b.\n')
  const args = ['run', '--repo', repositoryWith('a.txt'), '--issue', issue]
  const { exitCode, stdout } = await line.run(args, { env: { ...plain, ANTHROPIC_BASE_URL: refusing.url } })
  expect(stdout).toContain('The Anthropic API refuses the key (401).')
  expect(exitCode).toBe(1)
  expect(refusing.requests).toHaveLength(1)
}, 120_000)

test('the service starts, answers, and stops when it is asked to', async () => {
  const env = { ...plain, ...appVariables(), PORT: '0', LOG_LEVEL: 'info' }
  const { process: service, ended } = line.start(['serve'], { env })
  const url = await urlOf(service)
  expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok', version: manifest.version })
  service.kill('SIGTERM')
  expect(await ended).toMatchObject({ exitCode: 0, stderr: '' })
}, 120_000)

/** Builds in a copy, so that nobody's dist/ is touched. Answers the path of the tarball. */
function pack(): string {
  const sources = join(folder, 'sources')
  mkdirSync(sources)
  const needed = ['package.json', 'tsconfig.json', '.npmrc', 'LICENSE', 'README.md', 'src', 'tools', ...manifest.files]
  for (const name of needed) {
    if (name !== 'dist' && existsSync(join(root, name)))
      cpSync(join(root, name), join(sources, name), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(sources, 'node_modules'))
  npm(['run', 'build'], sources)
  npm(['pack', '--ignore-scripts', '--pack-destination', folder], sources)
  return join(folder, `draftsmith-${manifest.version}.tgz`)
}

/** By npm, as a person would; without a network the tarball is unpacked beside the dependencies of this clone. Answers which. */
function install(tarball: string): string {
  mkdirSync(elsewhere)
  writeFileSync(join(elsewhere, 'package.json'), '{ "private": true }\n')
  const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=60000']
  const args = ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', ...patience, tarball]
  const { status, output } = tryNpm(args, elsewhere)
  if (status === 0) return 'installed by npm'
  if (!/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED/.test(output))
    throw new Error(`npm install failed:\n${output}`)
  unpack(tarball)
  return 'no network: unpacked beside the dependencies of this clone, so its own list of them was not tried'
}

function unpack(tarball: string): void {
  const own = join(elsewhere, 'node_modules', 'draftsmith')
  mkdirSync(own, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', own])
  symlinkSync(join(root, 'node_modules'), join(own, 'node_modules'))
  mkdirSync(join(elsewhere, 'node_modules', '.bin'), { recursive: true })
  symlinkSync('../draftsmith/dist/cli/draftsmith.js', join(elsewhere, 'node_modules', '.bin', 'draftsmith'))
}

function npm(args: string[], cwd: string): void {
  const { status, output } = tryNpm(args, cwd)
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${output}`)
}

/** Without what an npm around this test says about its own project; where packages come from is kept. */
function tryNpm(args: string[], cwd: string): { status: number | null; output: string } {
  const kept = /^npm_config_(cache|registry|userconfig|cafile|proxy|https_proxy|noproxy)$/i
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name)),
  )
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, env, encoding: 'utf8', timeout: 240_000 })
  return { status, output: `${stdout}${stderr}` }
}

function appVariables(): Record<string, string> {
  const { id, privateKey, webhookSecret } = github.app
  return { APP_ID: String(id), PRIVATE_KEY: privateKey, WEBHOOK_SECRET: webhookSecret, GITHUB_API_URL: github.url }
}

function repositoryWith(file: string): string {
  const repository = join(folder, 'repository')
  const git = (...args: string[]) => execFileSync('git', ['-C', repository, ...args])
  mkdirSync(repository)
  writeFileSync(join(repository, file), 'a\n')
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('-c', 'user.name=Mia', '-c', 'user.email=mia@example.com', 'commit', '--quiet', '--message=first')
  return repository
}

async function urlOf({ stdout }: ReturnType<CommandLine['start']>['process']): Promise<string> {
  if (stdout === null) throw new Error('the service has no standard output')
  for await (const text of createInterface({ input: stdout })) {
    const { msg, url } = JSON.parse(text)
    if (msg === 'Draftsmith is ready') return url
  }
  throw new Error('the service ended before it was ready')
}
