import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/cli/doctor/finding.ts'
import { type DoctorOptions, doctorCommand } from '../../src/cli/doctor-command.ts'
import { type AppSeed, type EmulatedGitHub, startEmulatedGitHub } from '../support/emulated-github/emulated-github.ts'
import { MessagesApi, refused, streamed } from '../support/messages-api.ts'
import { createTestDatabase, describePostgres } from '../support/postgres.ts'
import { startProgram } from '../support/program.ts'
import { podmanInfo, startStandInEngine } from '../support/stand-in-engine.ts'
import { requirePackage } from '../support/system.ts'
import { CommandLine } from './command-line.ts'

let line: CommandLine
beforeEach(() => {
  line = new CommandLine()
})
afterEach(() => line.remove())

// What a machine has for a sandbox is tested where it is built; without one doctor has nothing to start.
const nowhere = 'postgres://127.0.0.1:1/runs'
const local = { ANTHROPIC_API_KEY: 'a-key', DRAFTSMITH_SANDBOX: 'none' }

/** The findings by what was looked at. Within this process; that the command line hands on what it gets is asked below. */
async function doctor(options: DoctorOptions, env: Record<string, string>) {
  const said: string[] = []
  const environment = { PATH: process.env.PATH, DRAFTSMITH_DATA_DIR: line.dataDir, LOG_LEVEL: 'silent', ...env }
  const exitCode = await doctorCommand({ ...options, json: true }, { environment, out: (text) => said.push(text) })
  const { ok, findings }: { ok: boolean; findings: Finding[] } = JSON.parse(said.join(''))
  expect(exitCode).toBe(ok ? 0 : 1)
  for (const { level, mend } of findings) if (level !== 'ok') expect(mend).toMatch(/\S/)
  const of = (check: string) => findings.filter((finding) => finding.check === check)
  return { ok, findings, of }
}

describe('a machine for local runs', () => {
  test('needs no App: that is said, and is no failure', async () => {
    const { ok, of } = await doctor({}, local)
    expect(ok).toBe(true)
    for (const check of ['node', 'git', 'data folder', 'database', 'model key'])
      expect(of(check)).toMatchObject([{ level: 'ok' }])
    expect(of('sandbox')).toMatchObject([
      { level: 'warn', found: expect.stringContaining('everything this user may do') },
    ])
    expect(of('app').map(({ found }) => found)).toEqual([
      'APP_ID is missing; `draftsmith run` works without it, the service does not',
      'PRIVATE_KEY_PATH is missing; `draftsmith run` works without it, the service does not',
    ])
  })

  test('is shown as a table with the mend below each line', async () => {
    const { exitCode, stdout } = await line.run(['doctor'], { env: { DRAFTSMITH_SANDBOX: 'none' } })
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^ok {4}git +\d+\.\d+/m)
    expect(stdout).toMatch(
      /^fail {2}model key +ANTHROPIC_API_KEY is missing\n +→ Create a key in the Anthropic console/m,
    )
    expect(stdout).toMatch(/\n1 to mend, 4 to look at\.\n$/)
  })

  test('every limit of the sandbox is named with what holds it', async () => {
    const { findings } = await doctor({}, local)
    const limits = findings.filter(({ check }) => check.startsWith('sandbox: '))
    expect(limits.map(({ check }) => check)).toContain('sandbox: network')
    expect(limits.find(({ check }) => check === 'sandbox: files')?.found).toMatch(/^NOTHING/)
  })

  requirePackage('bubblewrap', ['bwrap', 'python3'])('with containers', () => {
    test('each image is tried, and what is weak or missing is told with its mend', async () => {
      // Of a machine's own engines Podman is taken before Docker, so that this one is found first.
      const info = { host: { ...podmanInfo.host, security: { rootless: false, seccompEnabled: true } } }
      const engine = await startStandInEngine('podman', info)
      const PATH = `${engine.hostEnv.PATH}:${process.env.PATH}`
      const env = { ...local, PATH, DRAFTSMITH_SANDBOX: 'container' }
      try {
        const { of } = await doctor({}, { ...env, DRAFTSMITH_CONTAINER_IMAGES: 'everything' })
        expect(of('sandbox')).toMatchObject([{ level: 'ok', found: 'container, each image tried with a command' }])
        expect(of('sandbox: memory')).toMatchObject([{ level: 'ok', found: 'a cgroup of podman' }])
        expect(of('sandbox: files')).toMatchObject([{ level: 'warn', mend: expect.stringContaining('rootless') }])
        const without = await doctor({}, { ...env, DRAFTSMITH_CONTAINER_IMAGES: 'everything,missing' })
        expect(without.of('sandbox')).toMatchObject([
          { level: 'fail', mend: expect.stringContaining('podman pull missing') },
        ])
      } finally {
        await engine.close()
      }
    })
  })

  test('wrong values are told together with what is missing', async () => {
    const { ok, findings } = await doctor({}, { APP_ID: 'my-app', PORT: '99999' })
    expect(ok).toBe(false)
    const named = findings.flatMap(({ level, found }) => (level === 'fail' ? found.split(' ')[0] : []))
    expect(named.sort()).toEqual(['ANTHROPIC_API_KEY', 'APP_ID', 'PORT', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'])
  })

  test('a git that is missing is named with its package', async () => {
    const { of } = await doctor({}, { ...local, PATH: join(line.folder, 'empty') })
    expect(of('git')).toMatchObject([{ level: 'fail', mend: expect.stringContaining('apt-get install git') }])
  })

  test('a data folder that cannot be written', async () => {
    const { of } = await doctor({}, { ...local, DRAFTSMITH_DATA_DIR: '/proc/draftsmith' })
    expect(of('data folder')).toMatchObject([{ level: 'fail', mend: expect.stringContaining('DRAFTSMITH_DATA_DIR') }])
  })

  test('a model without a known price is pointed out', async () => {
    const { of } = await doctor({}, { ...local, DRAFTSMITH_MODEL_CODER: 'house-model' })
    expect(of('model price')).toMatchObject([
      { level: 'warn', mend: expect.stringContaining('DRAFTSMITH_PRICES=house-model=INPUT/OUTPUT') },
    ])
    const priced = await doctor(
      {},
      { ...local, DRAFTSMITH_MODEL_CODER: 'house-model', DRAFTSMITH_PRICES: 'house-model=1/5' },
    )
    expect(priced.of('model price')).toEqual([])
  })
})

describe('the database', () => {
  test('an embedded one that another process holds is no failure, and is not opened', async () => {
    const holder = new URL('../run/fixtures/hold-database.ts', import.meta.url)
    const program = startProgram(holder, ['folder', join(line.dataDir, 'database')])
    try {
      await program.line()
      const { ok, of } = await doctor({}, local)
      expect(ok).toBe(true)
      expect(of('database')).toMatchObject([
        { level: 'warn', found: `Another Draftsmith process uses the data folder ${line.dataDir}/database.` },
      ])
    } finally {
      await program.kill()
    }
    const { of } = await doctor({}, local)
    expect(of('database')).toMatchObject([{ level: 'ok', found: expect.stringContaining('embedded, in') }])
  }, 60_000)

  test('a server that does not answer is named without its password', async () => {
    const { of } = await doctor({}, { ...local, DATABASE_URL: 'postgres://mia:hush@127.0.0.1:1/runs' })
    expect(of('database')).toMatchObject([
      { level: 'fail', found: expect.stringContaining('127.0.0.1:1/runs does not answer') },
    ])
    expect(JSON.stringify(of('database'))).not.toContain('hush')
  })

  describePostgres('on PostgreSQL', () => {
    test('answers', async () => {
      const database = await createTestDatabase()
      try {
        const { of } = await doctor({}, { ...local, DATABASE_URL: database.url })
        const [found] = of('database')
        expect(found).toMatchObject({
          level: 'ok',
          found: expect.stringMatching(/^PostgreSQL on .*, answered in \d+ ms$/),
        })
      } finally {
        await database.drop()
      }
    })
  })
})

describe('the model key', () => {
  test('is not tried unless asked for', async () => {
    await using api = await MessagesApi.start(refused(401, 'authentication_error', 'invalid x-api-key'))
    const env = { ...local, ANTHROPIC_BASE_URL: api.url }
    const { of } = await doctor({}, env)
    expect(of('model key')).toMatchObject([{ level: 'ok', found: expect.stringContaining('not tried; --online') }])
    expect(api.requests).toEqual([])
  })

  test('one call of one token for each model, when asked for', async () => {
    await using api = await MessagesApi.start(streamed([{ type: 'text', text: 'Yes' }], 'max_tokens'))
    const env = { ...local, ANTHROPIC_BASE_URL: api.url, DRAFTSMITH_MODEL: 'one', DRAFTSMITH_MODEL_REVIEWER: 'two' }
    const { of } = await doctor({ online: true }, env)
    expect(of('model key').map(({ found }) => found)).toEqual(['works with one', 'works with two'])
    expect(api.requests.map(({ body }) => [body.model, body.max_tokens])).toEqual([
      ['one', 1],
      ['two', 1],
    ])
  })

  test('a key that is refused fails with the mend', async () => {
    await using api = await MessagesApi.start(refused(401, 'authentication_error', 'invalid x-api-key'))
    const { of } = await doctor({ online: true }, { ...local, ANTHROPIC_BASE_URL: api.url })
    expect(of('model key')).toMatchObject([
      {
        level: 'fail',
        found: 'The Anthropic API refuses the key (401). It said: invalid x-api-key',
        mend: expect.stringContaining('Check ANTHROPIC_API_KEY'),
      },
    ])
  })
})

describe('the App', () => {
  let github: EmulatedGitHub
  beforeAll(async () => {
    github = await startGitHub({})
  })
  afterAll(() => github.close())

  test('is known, and may do exactly what app.yml asks for', async () => {
    const { ok, of } = await doctor({}, appOn(github))
    expect(ok).toBe(true)
    expect(of('app')).toMatchObject([{ level: 'ok', found: `draftsmith (${github.app.id}), signed in with its key` }])
    expect(of('permissions')).toMatchObject([{ level: 'ok', found: expect.stringContaining('contents: write') }])
    expect(of('events')).toMatchObject([{ level: 'ok', found: 'issues, issue_comment' }])
    expect(of('label')).toMatchObject([{ level: 'ok', found: expect.stringContaining('`agent-eligible`') }])
  })

  test('a key of another App is refused by GitHub', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const pem = other.export({ type: 'pkcs1', format: 'pem' }).toString()
    const { of } = await doctor({}, { ...appOn(github), PRIVATE_KEY: pem })
    expect(of('app')).toMatchObject([
      { level: 'fail', found: expect.stringContaining("does not accept the App's key") },
    ])
  })

  test('an App id that GitHub does not know', async () => {
    const { of } = await doctor({}, { ...appOn(github), APP_ID: '99' })
    expect(of('app')).toMatchObject([{ level: 'fail', mend: expect.stringContaining('APP_ID') }])
  })

  test('a missing webhook secret fails where the rest of an App is set', async () => {
    const { WEBHOOK_SECRET: _, ...rest } = appOn(github)
    const { ok, of } = await doctor({}, rest)
    expect(ok).toBe(false)
    expect(of('webhook secret')).toMatchObject([{ level: 'fail', found: 'WEBHOOK_SECRET is missing' }])
  })

  test('a role apart is asked for what it uses only', async () => {
    const { WEBHOOK_SECRET: _, ...rest } = appOn(github)
    const worker = await doctor({}, { ...rest, DRAFTSMITH_ROLE: 'worker', DATABASE_URL: nowhere })
    expect(worker.of('webhook secret')).toEqual([])
    const { ANTHROPIC_API_KEY: __, ...app } = appOn(github)
    const web = await doctor({}, { ...app, DRAFTSMITH_ROLE: 'web', DATABASE_URL: nowhere })
    expect(web.findings.filter(({ level }) => level === 'fail').map(({ check }) => check)).toEqual(['database'])
    for (const check of ['model key', 'model price', 'sandbox', 'git']) expect(web.of(check)).toEqual([])
  })

  test('permissions that are missing, too wide or `workflows`, and events that are missing', async () => {
    const permissions = { contents: 'write', issues: 'read', pull_requests: 'write', workflows: 'write' } as const
    const other = await startGitHub({ permissions: { ...permissions, checks: 'write' }, events: ['issues'] })
    try {
      const { ok, of } = await doctor({}, appOn(other))
      expect(ok).toBe(false)
      expect(of('permissions').map(({ level, found }) => `${level} ${found}`)).toEqual([
        'fail missing issues: write, statuses: read',
        'warn `workflows` is granted: GitHub would no longer refuse a commit that touches .github/workflows',
        'warn more than is used: checks: write',
      ])
      expect(of('events')).toMatchObject([{ level: 'fail', found: 'not subscribed to issue_comment' }])
    } finally {
      await other.close()
    }
  })

  test('a repository that can be worked on', async () => {
    const { ok, of } = await doctor({ repo: 'acme/tool' }, appOn(github))
    expect(ok).toBe(true)
    expect(of('installation')).toMatchObject([{ level: 'ok' }])
    expect(of('repository')).toMatchObject([{ level: 'ok', found: expect.stringContaining('acme/tool, main') }])
    expect(of('policy')).toMatchObject([{ level: 'ok' }])
    expect(of('label')).toMatchObject([{ level: 'ok', found: '`agent-eligible` is there' }])
    expect(of('workflows')).toMatchObject([{ level: 'ok', found: 'none runs on a push of agent/issue-1' }])
  })

  test('workflows that a pushed branch would start', async () => {
    const { ok, of } = await doctor({ repo: 'acme/pushy' }, appOn(github))
    expect(ok).toBe(true)
    expect(of('workflows')).toMatchObject([
      { level: 'warn', found: 'run on a push of agent/issue-1, with the secrets that they name: every.yml' },
    ])
  })

  test.each([
    ['acme/broken', 'policy', '1:1 Unknown key `concurency`. Did you mean `concurrency`?'],
    ['acme/archived', 'repository', 'it is archived, so that nothing can be published'],
    ['acme/empty', 'repository', 'it has no commit on main'],
    ['acme/silent', 'repository', 'issues are disabled'],
    ['acme/bare', 'label', 'there is no label `agent-eligible`, which starts a run'],
    ['globex/other', 'installation', 'the App is not installed on globex/other'],
  ])('%s fails at its %s', async (repository, check, found) => {
    const { ok, of } = await doctor({ repo: repository }, appOn(github))
    expect(ok).toBe(false)
    expect(of(check)).toMatchObject([{ level: 'fail', found }])
  })

  test('the same from the command line', async () => {
    const { exitCode, stdout, stderr } = await line.run(['doctor', '--json', '--repo', 'acme/tool'], {
      env: appOn(github),
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const { ok, findings } = JSON.parse(stdout)
    expect(ok).toBe(true)
    expect(findings.map(({ check }: Finding) => check)).toEqual(expect.arrayContaining(['permissions', 'workflows']))
  })

  test('what is no name of a repository is wrong input', async () => {
    expect(await line.run(['doctor', '--repo', 'tool'], { env: appOn(github) })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'tool is not the name of a repository.\nWrite it as owner/name.\n',
    })
  })
})

function startGitHub(app: AppSeed): Promise<EmulatedGitHub> {
  const owner = 'acme'
  const files = { 'a.txt': 'a\n' }
  const labels = ['agent-eligible']
  const workflows = {
    '.github/workflows/every.yml': 'on: push\njobs: {}\n',
    '.github/workflows/release.yml': 'on:\n  push:\n    branches: [main]\njobs: {}\n',
  }
  return startEmulatedGitHub({
    app,
    installations: [{ account: owner }],
    repositories: [
      { owner, name: 'tool', files, labels },
      { owner, name: 'pushy', files: { ...files, ...workflows }, labels },
      { owner, name: 'bare', files },
      { owner, name: 'broken', files: { ...files, '.github/draftsmith.yml': 'concurency: 2\n' } },
      { owner, name: 'archived', files, archived: true },
      { owner, name: 'silent', files, issuesEnabled: false },
      { owner, name: 'empty' },
      { owner: 'globex', name: 'other', files },
    ],
  })
}

function appOn({ url, app }: EmulatedGitHub): Record<string, string> {
  const { id, privateKey, webhookSecret } = app
  return {
    ...local,
    ...{ APP_ID: String(id), PRIVATE_KEY: privateKey, WEBHOOK_SECRET: webhookSecret, GITHUB_API_URL: url },
  }
}
