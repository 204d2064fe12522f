import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TreeChange } from '../../src/publish/publication.ts'
import { startEmulatedGitHub } from '../support/emulated-github/emulated-github.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { appOn, freshRepository, headOf, startGitHub } from './fixture.ts'
import { treeOf } from './tree-of.ts'

const run = promisify(execFile)
let github: EmulatedGitHub

beforeAll(async () => {
  github = await startGitHub()
})

afterAll(() => github.close())

describe('the App', () => {
  it('describes itself', async () => {
    const described = await appOn(github).describe()
    expect(described).toMatchObject({ slug: 'draftsmith', id: github.app.id })
    expect(described.permissions).toMatchObject({ contents: 'write' })
  })

  it('finds its installation, or says that there is none', async () => {
    const app = appOn(github)
    expect(await app.installationFor('acme', 'first')).toBe(github.installations[0]?.id)
    expect(await app.installationFor('acme', 'elsewhere')).toBeUndefined()
  })
})

describe('reading', () => {
  it('gives the facts of a repository', async () => {
    const { repository, name } = await freshRepository(github)
    expect(await repository.facts()).toMatchObject({
      owner: 'acme',
      name,
      defaultBranch: 'main',
      archived: false,
      issuesEnabled: true,
      empty: false,
    })
  })

  it('knows an empty repository', async () => {
    const { repository } = await freshRepository(github, { empty: true })
    expect(await repository.facts()).toMatchObject({ empty: true })
    expect(await repository.head('main')).toBeUndefined()
  })

  it('tells what people may do, and that bots may nothing', async () => {
    const { repository } = await freshRepository(github, {
      collaborators: { mia: 'write', max: 'maintain', tess: 'triage', otto: 'read', 'renovate[bot]': 'admin' },
    })
    const asked = ['acme', 'max', 'mia', 'tess', 'renovate[bot]', 'nobody-at-all']
    const answers = await Promise.all(asked.map((login) => repository.permission(login)))
    expect(answers).toEqual(['admin', 'maintain', 'write', 'triage', 'none', 'none'])
  })

  it('reads files and folders at a commit', async () => {
    const large = 'x'.repeat(1_200_000)
    const { repository, full } = await freshRepository(github, {
      files: { 'docs/a b.md': 'Ä\n', 'docs/two.md': '', large },
    })
    const before = await headOf(repository)
    await github.push(full, { branch: 'main', files: { 'docs/a b.md': 'later' }, message: 'later', by: 'mia' })
    expect(await repository.readFile('docs/a b.md', before)).toBe('Ä\n')
    expect(await repository.readFile('docs/two.md', before)).toBe('')
    expect(await repository.readFile('large', before)).toBe(large)
    expect(await repository.readFile('docs', before)).toBeUndefined()
    expect(await repository.readFile('missing', before)).toBeUndefined()
    expect(await repository.listFolder('docs', before)).toEqual(['a b.md', 'two.md'])
    expect(await repository.listFolder('missing', before)).toEqual([])
  })

  it('gives an issue', async () => {
    const { repository } = await freshRepository(github, {
      issues: [{ title: 'A', author: 'otto', labels: ['bug'], locked: true }],
    })
    expect(await repository.issue(1)).toMatchObject({
      number: 1,
      title: 'A',
      body: '',
      author: 'otto',
      labels: ['bug'],
      state: 'open',
      locked: true,
      isPullRequest: false,
    })
  })

  it('tells our comments from those of others', async () => {
    const { repository, full } = await freshRepository(github)
    await github.comment(full, 1, 'of a person', 'mia')
    await repository.createComment(1, 'of ours')
    const comments = await repository.comments(1)
    expect(comments.map(({ body, ours }) => [body, ours])).toEqual([
      ['of a person', false],
      ['of ours', true],
    ])
  })
})

describe('committing', () => {
  const changes: TreeChange[] = [
    { path: 'src/a.js', blob: { mode: '100644', content: Buffer.from('export const a = 2\n') } },
    { path: 'bin/run', blob: { mode: '100755', content: Buffer.from('#!/bin/sh\n') } },
    { path: 'data.bin', blob: { mode: '100644', content: Buffer.from([0, 255, 254, 10, 13]) } },
    { path: 'a "b"/ü\nz.txt', blob: { mode: '100644', content: Buffer.from('odd\n') } },
    { path: 'link', blob: { mode: '120000', content: Buffer.from('src/a.js') } },
    { path: 'README.md', blob: null },
  ]

  it('makes exactly the tree that git makes', async () => {
    const { repository } = await freshRepository(github)
    const baseCommit = await headOf(repository)
    const expectedTree = await treeOf({ 'README.md': '# Tool\n', 'src/a.js': 'export const a = 1\n' }, changes)
    const sha = await repository.createCommit({ baseCommit, changes, expectedTree, message: 'fix: a\n\nBody' })
    expect(await repository.commit(sha)).toEqual({
      tree: expectedTree,
      message: 'fix: a\n\nBody',
      parents: [baseCommit],
      ours: true,
    })
  })

  it('makes no commit of any other tree', async () => {
    const { repository, name } = await freshRepository(github)
    const baseCommit = await headOf(repository)
    const expectedTree = 'a'.repeat(40)
    await expect(
      repository.createCommit({ baseCommit, changes, expectedTree, message: 'fix: a' }),
    ).rejects.toMatchObject({ class: 'conflict', code: 'tree_mismatch' })
    expect(github.calls().filter(({ path }) => path === `/repos/acme/${name}/git/commits`)).toEqual([])
  })

  async function commitOn(repository: Awaited<ReturnType<typeof freshRepository>>['repository'], parent?: string) {
    const baseCommit = await headOf(repository)
    const one: TreeChange = { path: 'new', blob: { mode: '100644', content: Buffer.from(`${parent}`) } }
    const expectedTree = await treeOf({ 'README.md': '# Tool\n', 'src/a.js': 'export const a = 1\n' }, [one])
    const goesOn = parent === undefined ? {} : { parent }
    return repository.createCommit({ baseCommit, ...goesOn, changes: [one], expectedTree, message: 'fix: b' })
  }

  it('moves a branch forward only, and only from where it was seen', async () => {
    const { repository, full } = await freshRepository(github)
    const first = await commitOn(repository)
    await repository.setBranch('agent/issue-1', first, undefined)
    await repository.setBranch('agent/issue-1', first, undefined)
    const second = await commitOn(repository, first)
    await repository.setBranch('agent/issue-1', second, first)
    await repository.setBranch('agent/issue-1', second, first)
    expect(await repository.head('agent/issue-1')).toBe(second)
    expect(await repository.isAncestor(first, second)).toBe(true)
    expect(await repository.isAncestor(second, first)).toBe(false)

    const elsewhere = await commitOn(repository, await headOf(repository))
    const taken = { class: 'conflict', code: 'branch_taken' }
    await expect(repository.setBranch('agent/issue-1', elsewhere, undefined)).rejects.toMatchObject(taken)
    await expect(repository.setBranch('agent/issue-1', elsewhere, second)).rejects.toMatchObject(taken)
    await expect(repository.setBranch('agent/issue-1', elsewhere, first)).rejects.toMatchObject(taken)
    await github.deleteBranch(full, 'agent/issue-1')
    await expect(repository.setBranch('agent/issue-1', elsewhere, second)).rejects.toMatchObject(taken)
  })

  it('says which rule refuses a branch', async () => {
    const { repository } = await freshRepository(github, { rulesets: [{ branches: 'agent/**', rule: 'creation' }] })
    const sha = await commitOn(repository)
    await expect(repository.setBranch('agent/issue-1', sha, undefined)).rejects.toMatchObject({
      class: 'invalid_input',
      code: 'ruleset_refused',
      message: expect.stringContaining('Cannot create ref due to creations being restricted'),
      mend: expect.stringContaining('Let the App bypass the rule'),
    })
  })
})

describe('pull requests', () => {
  async function branched(seed = {}) {
    const fresh = await freshRepository(github, seed)
    await github.push(fresh.full, { branch: 'agent/issue-1', files: { new: '1' }, message: 'fix', by: 'mia' })
    return fresh
  }
  const wanted = { head: 'agent/issue-1', base: 'main', title: 'Fix it', body: 'Fixes #1', draft: true }

  it('are found before they are made', async () => {
    const { repository } = await branched()
    const made = await repository.createPullRequest(wanted)
    expect(made).toMatchObject({ title: 'Fix it', draft: true, headBranch: 'agent/issue-1', notes: [] })
    expect(await repository.createPullRequest(wanted)).toMatchObject({ number: made.number })
    await repository.updatePullRequest(made.number, { title: 'Fix it well' })
    const open = await repository.pullRequests('open', 'agent/issue-1')
    expect(open.map(({ title }) => title)).toEqual(['Fix it well'])
    expect(await repository.pullRequests('all', 'agent/issue-2')).toEqual([])
  })

  it('are plain ones with a note where the plan has no drafts', async () => {
    const { repository } = await branched({ draftPullRequests: false })
    expect(await repository.createPullRequest(wanted)).toMatchObject({
      draft: false,
      notes: ["The repository's plan has no draft pull requests, so this is a plain one."],
    })
  })

  it('are not made twice when the answer was lost', async () => {
    const { repository, name } = await branched()
    const path = `/repos/acme/${name}/pulls`
    const restore = github.fault({
      match: (request) => request.method === 'POST' && request.path === path,
      kind: 'timeout_after_write',
    })
    await expect(repository.createPullRequest(wanted)).rejects.toMatchObject({ code: 'github_unreachable' })
    restore()
    await repository.createPullRequest(wanted)
    expect(github.calls().filter((call) => call.method === 'POST' && call.path === path)).toHaveLength(1)
  })

  it('get labels that may not exist yet, however often they are set', async () => {
    const { repository, full } = await branched()
    const { number } = await repository.createPullRequest(wanted)
    await repository.addLabels(number, ['agent-generated', 'needs-review'])
    await repository.addLabels(number, ['agent-generated', 'needs-review'])
    const { repositories } = await github.state()
    expect(repositories[full]?.pullRequests[0]?.labels).toEqual(['agent-generated', 'needs-review'])
  })

  it('ask every reviewer there is, and note the others', async () => {
    const { repository, full } = await branched()
    const { number } = await repository.createPullRequest(wanted)
    const notes = await repository.requestReviewers(number, ['mia', 'nobody-at-all'])
    expect(notes).toEqual([expect.stringContaining('GitHub refused to request a review from nobody-at-all')])
    const { repositories } = await github.state()
    expect(repositories[full]?.pullRequests[0]?.requestedReviewers).toEqual(['mia'])
  })
})

describe('tokens', () => {
  it('that are kept are given back when nobody has called for a while', async () => {
    const timers = new Set<() => void>()
    const after = (_ms: number, call: () => void) => {
      timers.add(call)
      return () => void timers.delete(call)
    }
    const { full, name, installationId } = await freshRepository(github)
    const repository = appOn(github, { after }).repository(installationId, 'acme', name)
    const mine = () => github.tokens().filter(({ repositories }) => repositories?.includes(full))
    await repository.facts()
    await Promise.all([repository.facts(), repository.head('main')])
    expect(timers.size).toBe(1)
    expect(mine().map(({ state }) => state)).toEqual(['alive'])
    for (const call of timers) call()
    await expect.poll(() => mine().map(({ state }) => state)).toEqual(['revoked'])
    await repository.facts()
    expect(mine().map(({ state }) => state)).toEqual(['revoked', 'alive'])
  })

  it('are given back also while GitHub has none to replace them', async () => {
    const timers = new Set<() => void>()
    const after = (_ms: number, call: () => void) => {
      timers.add(call)
      return () => void timers.delete(call)
    }
    let clock = Date.now()
    const { full, name, installationId } = await freshRepository(github)
    const repository = appOn(github, { after, now: () => clock }).repository(installationId, 'acme', name)
    await repository.issue(1)
    clock += 58 * 60_000
    const restore = github.fault({
      match: ({ method, path }) => method === 'POST' && path.endsWith('/access_tokens'),
      ...{ kind: 'status', status: 502, body: { message: 'Bad gateway' } },
    })
    const refused = expect(repository.issue(1)).rejects.toMatchObject({ code: 'github_error' })
    await new Promise((resolve) => setImmediate(resolve))
    for (const call of timers) call()
    await refused
    restore()
    const mine = () => github.tokens().filter(({ repositories }) => repositories?.includes(full))
    await expect.poll(() => mine().map(({ state }) => state)).toEqual(['revoked'])
  })

  it('are given back at the end of a run, those in use after their call', async () => {
    const { repository, full } = await freshRepository(github)
    const mine = () => github.tokens().filter(({ repositories }) => repositories?.includes(full))
    await Promise.all([repository.issue(1), repository.createComment(1, 'hello')])
    const underWay = repository.issue(1)
    // By then it has its token, and GitHub has the call.
    await new Promise((resolve) => setImmediate(resolve))
    await repository.release()
    expect(await underWay).toMatchObject({ number: 1 })
    expect(mine().map(({ state }) => state)).toEqual(['revoked', 'revoked'])
    await repository.release()
    expect(await repository.issue(1)).toMatchObject({ number: 1 })
    expect(mine().map(({ state }) => state)).toEqual(['revoked', 'revoked', 'alive'])
  })

  it('reach one repository and only what the step needs; those that write code are revoked', async () => {
    const { repository, full } = await freshRepository(github)
    const before = github.tokens().length
    await repository.issue(1)
    await repository.createComment(1, 'hello')
    const head = await headOf(repository)
    await repository.setBranch('agent/issue-1', head, undefined)
    const tokens = github.tokens().slice(before)
    expect(tokens.map(({ repositories }) => repositories)).toEqual([[full], [full], [full]])
    expect(tokens.map(({ permissions, state }) => ({ permissions, state }))).toEqual([
      { permissions: { contents: 'read', issues: 'read', metadata: 'read', pull_requests: 'read' }, state: 'alive' },
      { permissions: { issues: 'write', metadata: 'read' }, state: 'alive' },
      { permissions: { contents: 'write', metadata: 'read' }, state: 'revoked' },
    ])
  })

  it('are minted anew when they end in the middle', async () => {
    const { repository } = await freshRepository(github)
    await repository.issue(1)
    github.expireTokens()
    expect(await repository.issue(1)).toMatchObject({ number: 1 })
  })

  it('are renewed before their hour is over', async () => {
    const { name, installationId } = await freshRepository(github)
    let clock = Date.now()
    const repository = appOn(github, { now: () => clock }).repository(installationId, 'acme', name)
    const before = github.tokens().length
    await repository.issue(1)
    await repository.issue(1)
    expect(github.tokens().length - before).toBe(1)
    clock += 56 * 60_000
    await repository.issue(1)
    expect(github.tokens().length - before).toBe(2)
  })

  it('let git clone by environment alone, until they are revoked', async () => {
    const { repository, full } = await freshRepository(github, { private: true })
    const { url, env, revoke } = await repository.cloneSource()
    const token = github.tokens().at(-1)
    expect(token).toMatchObject({ permissions: { contents: 'read', metadata: 'read' }, repositories: [full] })
    expect(url).toBe(github.cloneUrl(full))
    expect(url).not.toContain(token?.token)
    const list = () => run('git', ['ls-remote', url, 'refs/heads/main'], { env: { PATH: process.env.PATH, ...env } })
    expect((await list()).stdout).toContain(await headOf(repository))
    await revoke()
    await revoke()
    await expect(list()).rejects.toThrow()
  })

  it('find the same clone address behind an own server', async () => {
    const { name, full, installationId } = await freshRepository(github)
    const app = appOn(github, { apiUrl: github.enterpriseUrl })
    const source = await app.repository(installationId, 'acme', name).cloneSource()
    expect(source.url).toBe(github.cloneUrl(full))
  })
})

describe('faults', () => {
  it('says that a key cannot be read', () => {
    expect(() => appOn(github, { privateKey: 'not a key' })).toThrow(
      expect.objectContaining({ code: 'github_key_invalid', message: "The App's private key cannot be read." }),
    )
  })

  it('takes a key in every form that GitHub and environments give it', async () => {
    const escaped = github.app.privateKey.replaceAll('\n', '\\n')
    expect(await appOn(github, { privateKey: escaped }).describe()).toMatchObject({ slug: 'draftsmith' })
  })

  it('says that the key is that of another App', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    await expect(appOn(github, { privateKey: pem }).describe()).rejects.toMatchObject({
      class: 'invalid_input',
      code: 'github_key_invalid',
      mend: expect.stringContaining('APP_ID and PRIVATE_KEY belong to the same App'),
    })
  })

  it('says that there is no App with that id', async () => {
    const described = appOn(github, { appId: 99 }).describe()
    await expect(described).rejects.toMatchObject({ class: 'invalid_input', mend: expect.stringContaining('APP_ID') })
  })

  it('says that GitHub does not answer', async () => {
    const app = appOn(github, { apiUrl: 'http://127.0.0.1:9' })
    await expect(app.describe()).rejects.toMatchObject({ class: 'infrastructure', code: 'github_unreachable' })
  })

  it('names a permission that the installation has not granted', async () => {
    const narrow = await startEmulatedGitHub({
      users: [],
      repositories: [{ owner: 'acme', name: 'narrow', files: { a: 'a' }, issues: [{ title: 'A' }] }],
      installations: [
        { account: 'acme', permissions: { contents: 'read', issues: 'read', metadata: 'read', pull_requests: 'read' } },
      ],
    })
    try {
      const repository = appOn(narrow).repository(narrow.installations[0]?.id ?? 0, 'acme', 'narrow')
      await expect(repository.createComment(1, 'hello')).rejects.toMatchObject({
        class: 'invalid_input',
        code: 'github_forbidden',
        message: expect.stringContaining('issues: write'),
      })
    } finally {
      await narrow.close()
    }
  })

  it('says that an installation is suspended', async () => {
    const { repository, installationId } = await freshRepository(github)
    await github.installation(installationId, 'suspend')
    try {
      await expect(repository.issue(1)).rejects.toMatchObject({
        class: 'invalid_input',
        code: 'installation_suspended',
        mend: expect.stringContaining('lift the suspension'),
      })
    } finally {
      await github.installation(installationId, 'unsuspend')
    }
  })

  it('says that a repository is not among those the App was given', async () => {
    const { installationId } = await freshRepository(github)
    const repository = appOn(github).repository(installationId, 'acme', 'gone')
    await expect(repository.facts()).rejects.toMatchObject({ class: 'invalid_input', code: 'github_not_found' })
  })

  it('says that something is not there', async () => {
    const { repository } = await freshRepository(github)
    await expect(repository.issue(99)).rejects.toMatchObject({
      class: 'invalid_input',
      code: 'github_not_found',
      message: expect.stringMatching(/^Could not read issue 99 of acme\/tool-\d+: /),
    })
  })

  it('says that issues are disabled, and that an archive can only be read', async () => {
    const { repository, full } = await freshRepository(github)
    github.configure(full, { issuesEnabled: false })
    await expect(repository.issue(1)).rejects.toMatchObject({ code: 'issues_disabled' })
    github.configure(full, { issuesEnabled: true, archived: true })
    await expect(repository.createComment(1, 'hello')).rejects.toMatchObject({ code: 'repository_archived' })
  })

  const limits = [
    [
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4000000000' },
      'API rate limit exceeded',
      'primary',
      expect.any(Number),
    ],
    [403, { 'retry-after': '600' }, 'You have exceeded a secondary rate limit', 'secondary', 600],
    [403, {}, 'You have triggered an abuse detection mechanism', 'secondary', 60],
    [
      429,
      { 'retry-after': '600', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4000000000' },
      'Slow down',
      'primary',
      600,
    ],
  ] as const
  it.each(limits)('says how long a limit holds: %i, %o', async (status, headers, message, limit, seconds) => {
    const { repository, name } = await freshRepository(github)
    const restore = github.fault({
      match: ({ path }) => path === `/repos/acme/${name}/issues/1`,
      kind: 'status',
      status,
      headers,
      body: { message },
    })
    const fault = await repository.issue(1).catch((thrown: unknown) => thrown)
    restore()
    expect(fault).toMatchObject({ class: 'infrastructure', code: 'github_rate_limited', data: { limit } })
    expect(fault).toHaveProperty('data.retryAfterSeconds', seconds)
  })

  it("waits out a short limit by itself, and says so in the run's own log", async () => {
    const { name, installationId } = await freshRepository(github)
    const lines: string[] = []
    const log = pino({ base: { runId: 'r-0000000001' } }, { write: (line) => void lines.push(line) })
    const repository = appOn(github).withLog(log).repository(installationId, 'acme', name)
    github.fault({
      match: ({ path }) => path === `/repos/acme/${name}/issues/1`,
      kind: 'status',
      status: 403,
      headers: { 'retry-after': '5' },
      body: { message: 'You have exceeded a secondary rate limit' },
      times: 1,
    })
    expect(await repository.issue(1)).toMatchObject({ number: 1 })
    const waits = { runId: 'r-0000000001', seconds: 5, msg: "GitHub's secondary rate limit is reached" }
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining(waits))
  })

  it('tries again what failed on their side, and says so when it lasts', async () => {
    const { repository, name } = await freshRepository(github)
    const match = ({ path }: { path: string }) => path === `/repos/acme/${name}/issues/1`
    github.fault({ match, kind: 'status', status: 502, body: { message: 'Bad gateway' }, times: 2 })
    expect(await repository.issue(1)).toMatchObject({ number: 1 })
    const restore = github.fault({ match, kind: 'status', status: 502, body: { message: 'Bad gateway' } })
    await expect(repository.issue(1)).rejects.toMatchObject({ class: 'infrastructure', code: 'github_error' })
    restore()
  })

  it('never comments twice when the answer was lost', async () => {
    const { repository, name } = await freshRepository(github)
    const path = `/repos/acme/${name}/issues/1/comments`
    const restore = github.fault({
      match: (request) => request.method === 'POST' && request.path === path,
      kind: 'timeout_after_write',
    })
    await expect(repository.createComment(1, 'hello')).rejects.toMatchObject({ code: 'github_unreachable' })
    restore()
    expect(await repository.comments(1)).toHaveLength(1)
  })
})
