// The stand-in for GitHub, asked the way programs ask: Octokit, real git, real HTTP webhooks.

import { execFile, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import { Webhooks } from '@octokit/webhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type EmulatedGitHub, startEmulatedGitHub } from './emulated-github/emulated-github.ts'

const SHOP = 'acme/shop'
const ODD = 'tab\tand "quote"\nand é.txt'
const AT = { owner: 'acme', repo: 'shop' }

let folder: string
let github: EmulatedGitHub

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulated-github-test-'))
  await mkdir(join(folder, 'seed', 'src'), { recursive: true })
  await writeFile(join(folder, 'seed', 'src', 'add.js'), 'export const add = (a, b) => a - b\n')
  await writeFile(join(folder, 'seed', 'run.sh'), '#!/bin/sh\n')
  await chmod(join(folder, 'seed', 'run.sh'), 0o755)
  await writeFile(join(folder, 'seed', 'image.bin'), Buffer.from([0, 255, 254, 10, 13, 0]))
  await symlink('src/add.js', join(folder, 'seed', 'link'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

beforeEach(async () => {
  github = await startEmulatedGitHub({
    users: [{ login: 'acme', type: 'Organization' }, { login: 'olga' }, { login: 'robot[bot]' }],
    repositories: [
      {
        owner: 'acme',
        name: 'shop',
        private: true,
        folder: join(folder, 'seed'),
        files: { 'docs/ein schöner "Tag".md': '# Tag\n' },
        collaborators: { mia: 'write', olga: 'read', tim: 'triage' },
        labels: ['agent-eligible'],
        issues: [{ title: 'add subtracts', body: 'It should add.', author: 'mia' }],
      },
      { owner: 'acme', name: 'open', files: { 'README.md': 'open\n', [ODD]: 'odd' }, issues: [{ title: 'First' }] },
      { owner: 'acme', name: 'empty' },
    ],
  })
})

afterEach(() => github.close())

const log = { debug() {}, info() {}, warn() {}, error() {} }

const installationId = () => github.installations[0]?.id ?? 0

function asApp(baseUrl = github.url): Octokit {
  const { id, privateKey } = github.app
  return new Octokit({ log, baseUrl, authStrategy: createAppAuth, auth: { appId: id, privateKey } })
}

function asInstallation(): Octokit {
  const { id, privateKey } = github.app
  const auth = { appId: id, privateKey, installationId: installationId() }
  return new Octokit({ log, baseUrl: github.url, authStrategy: createAppAuth, auth })
}

const withToken = (auth: string) => new Octokit({ log, baseUrl: github.url, auth })

/** Status and message of what must be refused. */
async function refusal(asked: Promise<unknown>): Promise<{ status: number; message: string }> {
  try {
    await asked
  } catch (error) {
    if (error instanceof Error && 'status' in error) return { status: Number(error.status), message: error.message }
    throw error
  }
  throw new Error('It was not refused')
}

async function git(args: string[], token?: string): Promise<string> {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
  const header = token ? ['-c', `http.extraHeader=Authorization: Basic ${basic}`] : []
  const env = { PATH: process.env.PATH, HOME: folder, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1' }
  const { stdout } = await promisify(execFile)('git', [...header, ...args], { env })
  return stdout.trim()
}

let clones = 0

async function clone(token?: string, repo: `${string}/${string}` = SHOP): Promise<string> {
  clones += 1
  const target = join(folder, `clone-${clones}`)
  await git(['clone', '-q', github.cloneUrl(repo), target], token)
  return target
}

async function commitOnBranch(octokit: Octokit, branch: string, content = 'export const add = (a, b) => a + b\n') {
  const base = await octokit.git.getRef({ ...AT, ref: 'heads/main' })
  const commit = await octokit.git.getCommit({ ...AT, commit_sha: base.data.object.sha })
  const blob = await octokit.git.createBlob({ ...AT, content, encoding: 'utf-8' })
  const change = { path: 'src/add.js', mode: '100644', type: 'blob', sha: blob.data.sha } as const
  const tree = await octokit.git.createTree({ ...AT, base_tree: commit.data.tree.sha, tree: [change] })
  const parents = [base.data.object.sha]
  const made = await octokit.git.createCommit({ ...AT, message: 'fix: add', tree: tree.data.sha, parents })
  await octokit.git.createRef({ ...AT, ref: `refs/heads/${branch}`, sha: made.data.sha })
  return made.data
}

describe('the App', () => {
  it('describes itself, its installation and its permissions, at both base addresses', async () => {
    for (const address of [github.url, github.enterpriseUrl]) {
      const { data } = await asApp(address).apps.getAuthenticated()
      expect(data).toMatchObject({ id: 4711, slug: 'draftsmith', permissions: { contents: 'write', metadata: 'read' } })
      expect(data?.events).toEqual(['issues', 'issue_comment'])
    }
    const { data } = await asApp().apps.getRepoInstallation(AT)
    expect(data).toMatchObject({ id: installationId(), account: { login: 'acme', type: 'Organization' } })
  })

  it('refuses a key that is not its own, and an id that is not its own', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    const ask = (auth: { appId: number; privateKey: string }) =>
      new Octokit({ log, baseUrl: github.url, authStrategy: createAppAuth, auth }).apps.getAuthenticated()
    const wrongKey = await refusal(ask({ appId: 4711, privateKey }))
    expect(wrongKey).toMatchObject({ status: 401, message: expect.stringContaining('could not be decoded') })
    const wrongId = await refusal(ask({ appId: 1, privateKey: github.app.privateKey }))
    expect(wrongId).toMatchObject({ status: 404, message: expect.stringContaining('Integration not found') })
  })

  it('knows roles as GitHub tells them', async () => {
    const octokit = asInstallation()
    const role = async (username: string, repo = 'shop') => {
      const { data } = await octokit.repos.getCollaboratorPermissionLevel({ ...AT, repo, username })
      return [data.permission, data.role_name]
    }
    expect(await role('mia')).toEqual(['write', 'write'])
    expect(await role('tim')).toEqual(['read', 'triage'])
    expect(await role('olga')).toEqual(['read', 'read'])
    expect(await role('robot[bot]')).toEqual(['none', 'none'])
    expect(await role('robot[bot]', 'open')).toEqual(['read', 'read'])
    expect(await refusal(role('nobody'))).toMatchObject({ status: 404 })
  })
})

describe('tokens', () => {
  it('refuse to write what they were narrowed not to', async () => {
    const narrowed = { repositories: ['shop'], permissions: { contents: 'read' } } as const
    const token = await github.installationToken(installationId(), { ...narrowed, repositories: ['shop'] })
    const { data } = await withToken(token).repos.getContent({ ...AT, path: 'run.sh' })
    expect(data).toMatchObject({ type: 'file', encoding: 'base64' })
    const written = await refusal(withToken(token).git.createBlob({ ...AT, content: 'x' }))
    expect(written).toMatchObject({ status: 403, message: expect.stringContaining('not accessible by integration') })
    expect(await refusal(withToken(token).issues.get({ ...AT, issue_number: 1 }))).toMatchObject({ status: 403 })
  })

  it('do not see a private repository that they were not made for', async () => {
    const token = await github.installationToken(installationId(), { repositories: ['open'] })
    expect(await refusal(withToken(token).repos.get(AT))).toMatchObject({ status: 404 })
    await expect(clone(token)).rejects.toThrow('not found')
  })

  it('of strangers do not see a private repository', async () => {
    const token = github.userToken('robot[bot]')
    expect(await refusal(withToken(token).repos.get(AT))).toMatchObject({ status: 404 })
    await expect(clone(token)).rejects.toThrow('not found')
    expect((await withToken(token).repos.get({ owner: 'acme', repo: 'open' })).data.private).toBe(false)
  })

  it('cannot ask for more than the installation has', async () => {
    const asked = asApp().apps.createInstallationAccessToken({
      installation_id: installationId(),
      permissions: { workflows: 'write' },
    })
    expect(await refusal(asked)).toMatchObject({ status: 422 })
  })

  it('are refused after revocation, by the API and by git', async () => {
    const token = await github.installationToken(installationId())
    await clone(token)
    await withToken(token).apps.revokeInstallationAccessToken()
    expect(await refusal(withToken(token).repos.get(AT))).toMatchObject({ status: 401 })
    await expect(clone(token)).rejects.toThrow(/Authentication failed|could not read Username/)
    expect(github.tokens()).toMatchObject([{ token, state: 'revoked' }])
  })

  it('expire on demand', async () => {
    const token = await github.installationToken(installationId())
    github.expireTokens()
    expect(await refusal(withToken(token).repos.get(AT))).toMatchObject({ status: 401 })
    expect(github.tokens()).toMatchObject([{ state: 'expired' }])
  })

  it('are neither made nor taken while the installation is suspended', async () => {
    const token = await github.installationToken(installationId())
    await github.installation(installationId(), 'suspend')
    const called = await refusal(withToken(token).repos.get(AT))
    expect(called).toMatchObject({ status: 403, message: expect.stringContaining('has been suspended') })
    const made = await refusal(asInstallation().repos.get(AT))
    expect(made).toMatchObject({ status: 403, message: expect.stringContaining('has been suspended') })
    await github.installation(installationId(), 'unsuspend')
    await withToken(token).repos.get(AT)
  })
})

describe('git', () => {
  it('clones what the API names, with modes, links, bytes and odd names', async () => {
    const token = await github.installationToken(installationId(), { permissions: { contents: 'read' } })
    const target = await clone(token)
    const { data } = await asInstallation().repos.getBranch({ ...AT, branch: 'main' })
    expect(await git(['-C', target, 'rev-parse', 'HEAD'])).toBe(data.commit.sha)
    expect(await git(['-C', target, 'rev-parse', 'HEAD^{tree}'])).toBe(data.commit.commit.tree.sha)
    expect((await stat(join(target, 'run.sh'))).mode & 0o111).toBe(0o111)
    expect(await readlink(join(target, 'link'))).toBe('src/add.js')
    expect([...(await readFile(join(target, 'image.bin')))]).toEqual([0, 255, 254, 10, 13, 0])
    expect(await readFile(join(target, 'docs/ein schöner "Tag".md'), 'utf8')).toBe('# Tag\n')
  })

  it('fetches the commit that the Data API made, signed and by the bot', async () => {
    const octokit = asInstallation()
    const target = await clone(await github.installationToken(installationId()))
    const commit = await commitOnBranch(octokit, 'agent/issue-1')
    expect(commit.verification).toMatchObject({ verified: true, reason: 'valid' })
    expect(commit.author).toMatchObject({ name: 'draftsmith[bot]' })
    expect(commit.committer).toMatchObject({ name: 'GitHub', email: 'noreply@github.com' })
    const token = await github.installationToken(installationId())
    await git(['-C', target, 'fetch', '-q', 'origin', 'agent/issue-1'], token)
    expect(await git(['-C', target, 'rev-parse', 'FETCH_HEAD'])).toBe(commit.sha)
    expect(await git(['-C', target, 'show', 'FETCH_HEAD:src/add.js'])).toContain('a + b')
    await git(['-C', target, 'fsck', '--strict'])
  })

  it('takes a push from who may write, and from nobody else', async () => {
    const target = await clone(github.userToken('mia'))
    await git(['-C', target, 'checkout', '-q', '-b', 'topic'])
    await writeFile(join(target, 'new.txt'), 'new\n')
    await git(['-C', target, 'add', '.'])
    const author = ['-c', 'user.name=Mia', '-c', 'user.email=mia@example.org']
    await git(['-C', target, ...author, 'commit', '-q', '-m', 'new'])
    const push = (token: string) => git(['-C', target, 'push', '-q', 'origin', 'topic'], token)
    await expect(push(github.userToken('olga'))).rejects.toThrow(/403/)
    const readOnly = await github.installationToken(installationId(), { permissions: { contents: 'read' } })
    await expect(push(readOnly)).rejects.toThrow(/403/)
    await push(github.userToken('mia'))
    const { data } = await asInstallation().git.getRef({ ...AT, ref: 'heads/topic' })
    expect(data.object.sha).toBe(await git(['-C', target, 'rev-parse', 'HEAD']))
  })

  it('asks for credentials where they are needed, and only there', async () => {
    const target = await clone(undefined, 'acme/open')
    expect((await readdir(target)).sort()).toEqual(['.git', 'README.md', ODD].sort())
    await expect(clone()).rejects.toThrow(/could not read Username|Authentication failed/)
  })
})

describe('the Git Data API', () => {
  it('moves a branch by fast-forward only, and knows what is there already', async () => {
    const octokit = asInstallation()
    const first = await commitOnBranch(octokit, 'agent/issue-1')
    const second = await commitOnBranch(octokit, 'other', 'other\n')
    const move = (sha: string, force = false) =>
      octokit.git.updateRef({ ...AT, ref: 'heads/agent/issue-1', sha, force })
    const refused = await refusal(move(second.sha))
    expect(refused).toMatchObject({ status: 422, message: expect.stringContaining('Update is not a fast forward') })
    await move(second.sha, true)
    const again = octokit.git.createRef({ ...AT, ref: 'refs/heads/agent/issue-1', sha: first.sha })
    expect(await refusal(again)).toMatchObject({ message: expect.stringContaining('Reference already exists') })
    expect(await refusal(move('1'.repeat(40)))).toMatchObject({ status: 422 })
    await octokit.git.deleteRef({ ...AT, ref: 'heads/agent/issue-1' })
    expect(await refusal(octokit.git.getRef({ ...AT, ref: 'heads/agent/issue-1' }))).toMatchObject({ status: 404 })
  })

  it('takes a tree as base and nothing else, and deletes by null', async () => {
    const octokit = asInstallation()
    const { data: branch } = await octokit.repos.getBranch({ ...AT, branch: 'main' })
    const remove = (path: string, base_tree: string) =>
      octokit.git.createTree({ ...AT, base_tree, tree: [{ path, mode: '100644', type: 'blob', sha: null }] })
    expect(await refusal(remove('run.sh', branch.commit.sha))).toMatchObject({ status: 422 })
    const { data } = await remove('run.sh', branch.commit.commit.tree.sha)
    expect(data.tree.map(({ path }) => path)).toEqual(['docs', 'image.bin', 'link', 'src'])
    expect(await refusal(remove('run.sh', data.sha))).toMatchObject({ status: 422 })
  })

  it('has nothing to say about an empty repository', async () => {
    const octokit = asInstallation()
    const empty = { owner: 'acme', repo: 'empty' }
    const asked = await refusal(octokit.git.getRef({ ...empty, ref: 'heads/main' }))
    expect(asked).toMatchObject({ status: 409, message: expect.stringContaining('Git Repository is empty.') })
    expect(await refusal(octokit.repos.getContent({ ...empty, path: '' }))).toMatchObject({ status: 404 })
  })

  it('obeys a ruleset', async () => {
    github.configure(SHOP, { rulesets: [{ branches: 'agent/**', rule: 'creation' }] })
    const refused = await refusal(commitOnBranch(asInstallation(), 'agent/issue-1'))
    expect(refused).toMatchObject({ status: 422, message: expect.stringContaining('creations being restricted') })
    await commitOnBranch(asInstallation(), 'free')
  })

  it('refuses to write to an archived repository', async () => {
    github.configure(SHOP, { archived: true })
    const octokit = asInstallation()
    expect((await octokit.repos.get(AT)).data.archived).toBe(true)
    const refused = await refusal(commitOnBranch(octokit, 'late'))
    expect(refused).toMatchObject({ status: 403, message: expect.stringContaining('archived so is read-only') })
  })
})

describe('contents', () => {
  it('reads files and folders at a commit', async () => {
    const octokit = asInstallation()
    const before = (await github.state()).repositories[SHOP]?.branches.main ?? ''
    await github.push(SHOP, {
      branch: 'main',
      files: { 'src/add.js': 'changed\n', 'run.sh': null },
      message: 'x',
      by: 'mia',
    })
    const read = async (path: string, ref?: string) => {
      const { data } = await octokit.repos.getContent({ ...AT, path, ...(ref ? { ref } : {}) })
      return 'content' in data ? Buffer.from(data.content, 'base64').toString() : data
    }
    expect(await read('src/add.js')).toBe('changed\n')
    expect(await read('src/add.js', before)).toContain('a - b')
    expect(await read('docs/ein schöner "Tag".md')).toBe('# Tag\n')
    expect(await refusal(read('run.sh'))).toMatchObject({ status: 404 })
    expect(await read('', before)).toMatchObject([
      { name: 'docs', type: 'dir' },
      { name: 'image.bin', type: 'file', size: 6 },
      { name: 'link', type: 'symlink' },
      { name: 'run.sh' },
      { name: 'src' },
    ])
  })
})

describe('issues', () => {
  it('show what the App wrote as written by the App', async () => {
    const octokit = asInstallation()
    const issue = { ...AT, issue_number: 1 }
    const { data } = await octokit.issues.createComment({ ...issue, body: 'Working on it.' })
    expect(data.user).toMatchObject({ login: 'draftsmith[bot]', type: 'Bot' })
    expect(data.performed_via_github_app).toMatchObject({ id: 4711, slug: 'draftsmith' })
    expect(data.created_at).toMatch(/:\d\dZ$/)
    await octokit.issues.updateComment({ ...AT, comment_id: data.id, body: 'Done.' })
    const theirs = await github.comment(SHOP, 1, '/draftsmith run', 'mia')
    const { data: comments } = await octokit.issues.listComments(issue)
    expect(comments.map(({ body, author_association }) => [body, author_association])).toEqual([
      ['Done.', 'NONE'],
      ['/draftsmith run', 'COLLABORATOR'],
    ])
    const kinds = (await github.state()).repositories[SHOP]?.issues[0]?.comments.map(({ id, byApp }) => [id, byApp])
    expect(kinds).toEqual([
      [data.id, true],
      [theirs, false],
    ])
  })

  it('take one reaction of a kind from everybody', async () => {
    const octokit = asInstallation()
    const comment_id = await github.comment(SHOP, 1, '/draftsmith run', 'mia')
    const react = () => octokit.reactions.createForIssueComment({ ...AT, comment_id, content: 'eyes' })
    expect([(await react()).status, (await react()).status]).toEqual([201, 200])
    const { data } = await octokit.issues.getComment({ ...AT, comment_id })
    expect(data.reactions).toMatchObject({ eyes: 1, total_count: 1 })
    expect((await github.state()).repositories[SHOP]?.issues[0]?.comments[0]?.reactions).toEqual(['eyes'])
  })

  it('are closed to Apps when locked, and gone when disabled', async () => {
    const octokit = asInstallation()
    const issue = { ...AT, issue_number: 1 }
    await github.lockIssue(SHOP, 1, 'mia')
    const locked = await refusal(octokit.issues.createComment({ ...issue, body: 'Hello' }))
    expect(locked).toMatchObject({ status: 403, message: expect.stringContaining('because issue is locked') })
    github.configure(SHOP, { issuesEnabled: false })
    expect(await refusal(octokit.issues.get(issue))).toMatchObject({ status: 410 })
    expect((await octokit.repos.get(AT)).data.has_issues).toBe(false)
  })

  it('refuse a body that is too long', async () => {
    const asked = asInstallation().issues.createComment({ ...AT, issue_number: 1, body: 'x'.repeat(65_537) })
    expect(await refusal(asked)).toMatchObject({ status: 422, message: expect.stringContaining('too long') })
  })

  it('page as GitHub pages', async () => {
    for (const body of ['one', 'two', 'three']) await github.comment(SHOP, 1, body, 'mia')
    const octokit = asInstallation()
    const asked = { ...AT, issue_number: 1, per_page: 2 }
    const comments = await octokit.paginate(octokit.issues.listComments, asked)
    expect(comments.map(({ body }) => body)).toEqual(['one', 'two', 'three'])
    expect(github.calls().filter(({ path }) => path.endsWith('/comments'))).toHaveLength(2)
  })
})

describe('pull requests', () => {
  const open = (octokit: Octokit, options: { head?: string; draft?: boolean } = {}) =>
    octokit.pulls.create({
      ...AT,
      head: 'agent/issue-1',
      base: 'main',
      title: 'Fix',
      body: 'b',
      draft: true,
      ...options,
    })

  it('are drafts with the head of the branch, and follow it', async () => {
    const octokit = asInstallation()
    const commit = await commitOnBranch(octokit, 'agent/issue-1')
    const { data } = await open(octokit)
    expect(data).toMatchObject({ number: 2, draft: true, changed_files: 1, additions: 1, deletions: 1, commits: 1 })
    expect(data.head).toMatchObject({ ref: 'agent/issue-1', sha: commit.sha })
    const files = { 'src/more.js': 'more\n' }
    const head = await github.push(SHOP, { branch: 'agent/issue-1', files, message: 'more', by: 'mia' })
    const { data: found } = await octokit.pulls.list({ ...AT, head: 'acme:agent/issue-1' })
    expect(found.map((pull) => pull.head.sha)).toEqual([head])
    const { data: changed } = await octokit.pulls.listFiles({ ...AT, pull_number: 2 })
    expect(changed.map(({ filename, status }) => [filename, status])).toEqual([
      ['src/add.js', 'modified'],
      ['src/more.js', 'added'],
    ])
  })

  it('cannot be opened twice for one branch', async () => {
    const octokit = asInstallation()
    await commitOnBranch(octokit, 'agent/issue-1')
    await open(octokit)
    const twice = await refusal(open(octokit))
    expect(twice.status).toBe(422)
    expect(twice.message).toContain('A pull request already exists for acme:agent/issue-1.')
    await github.closePullRequest(SHOP, 2, 'mia')
    expect((await open(octokit)).data.number).toBe(3)
  })

  it('are told apart when two are opened at once', async () => {
    const octokit = asInstallation()
    await commitOnBranch(octokit, 'agent/issue-1')
    const outcome = () =>
      open(octokit).then(
        ({ status }) => status,
        ({ status }) => status,
      )
    expect((await Promise.all([outcome(), outcome(), outcome()])).sort()).toEqual([201, 422, 422])
    expect((await github.state()).repositories[SHOP]?.pullRequests).toHaveLength(1)
  })

  it('need commits', async () => {
    const octokit = asInstallation()
    const { data } = await octokit.git.getRef({ ...AT, ref: 'heads/main' })
    await octokit.git.createRef({ ...AT, ref: 'refs/heads/same', sha: data.object.sha })
    const refused = await refusal(open(octokit, { head: 'same' }))
    expect(refused).toMatchObject({ status: 422, message: expect.stringContaining('No commits between main and same') })
    expect(await refusal(open(octokit, { head: 'absent' }))).toMatchObject({ status: 422 })
  })

  it('are no drafts on a plan without them', async () => {
    github.configure(SHOP, { draftPullRequests: false })
    const octokit = asInstallation()
    await commitOnBranch(octokit, 'agent/issue-1')
    const refused = await refusal(open(octokit))
    expect(refused.message).toContain('Draft pull requests are not supported in this repository.')
    expect((await open(octokit, { draft: false })).data.draft).toBe(false)
  })

  it('are issues too, with labels, reviewers and comments', async () => {
    const octokit = asInstallation()
    await commitOnBranch(octokit, 'agent/issue-1')
    await open(octokit)
    await octokit.issues.addLabels({ ...AT, issue_number: 2, labels: ['agent-generated', 'needs-review'] })
    await octokit.pulls.requestReviewers({ ...AT, pull_number: 2, reviewers: ['mia'] })
    const stranger = octokit.pulls.requestReviewers({ ...AT, pull_number: 2, reviewers: ['robot[bot]'] })
    expect(await refusal(stranger)).toMatchObject({ status: 422 })
    await octokit.issues.createComment({ ...AT, issue_number: 2, body: 'note' })
    expect((await octokit.issues.get({ ...AT, issue_number: 2 })).data).toMatchObject({ pull_request: {} })
    expect((await github.state()).repositories[SHOP]?.pullRequests).toMatchObject([
      { labels: ['agent-generated', 'needs-review'], requestedReviewers: ['mia'], comments: [{ body: 'note' }] },
    ])
  })

  it('close when their branch is deleted, and merge into their base', async () => {
    const octokit = asInstallation()
    await commitOnBranch(octokit, 'agent/issue-1')
    await open(octokit)
    await github.deleteBranch(SHOP, 'agent/issue-1')
    await commitOnBranch(octokit, 'second')
    await open(octokit, { head: 'second', draft: false })
    const { data } = await octokit.pulls.merge({ ...AT, pull_number: 3 })
    const state = (await github.state()).repositories[SHOP]
    expect(state?.branches.main).toBe(data.sha)
    expect(state?.pullRequests).toMatchObject([
      { number: 2, state: 'closed', merged: false },
      { number: 3, state: 'closed', merged: true },
    ])
  })
})

describe('webhooks', () => {
  let receiver: Server
  let received: { headers: NodeJS.Dict<string | string[]>; body: string }[]
  let answer: { status: number; afterMs: number }

  beforeEach(async () => {
    received = []
    answer = { status: 202, afterMs: 0 }
    receiver = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      received.push({ headers: request.headers, body })
      setTimeout(() => response.writeHead(answer.status).end('thanks'), answer.afterMs)
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const address = receiver.address()
    github.setWebhookTarget(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`)
  })

  afterEach(() => {
    receiver.closeAllConnections()
    receiver.close()
  })

  it('are signed and tell the whole story', async () => {
    await github.label(SHOP, 1, 'agent-eligible', 'mia')
    await github.delivered()
    const [{ headers, body } = { headers: {}, body: '' }] = received
    const webhooks = new Webhooks({ secret: github.app.webhookSecret })
    expect(await webhooks.verify(body, String(headers['x-hub-signature-256']))).toBe(true)
    expect(await new Webhooks({ secret: 'other' }).verify(body, String(headers['x-hub-signature-256']))).toBe(false)
    expect(headers['x-github-event']).toBe('issues')
    expect(headers['x-github-delivery']).toMatch(/^[0-9a-f-]{36}$/)
    expect(JSON.parse(body)).toMatchObject({
      action: 'labeled',
      issue: { number: 1, title: 'add subtracts', body: 'It should add.', state: 'open', user: { login: 'mia' } },
      label: { name: 'agent-eligible' },
      repository: { full_name: 'acme/shop', private: true, default_branch: 'main', owner: { login: 'acme' } },
      organization: { login: 'acme' },
      sender: { login: 'mia', type: 'User' },
      installation: { id: installationId() },
    })
  })

  it('come for what people and the App do, and not for what changed nothing', async () => {
    const number = await github.openIssue(SHOP, { title: 'Second', labels: ['agent-eligible'] }, 'olga')
    await github.label(SHOP, number, 'agent-eligible', 'mia')
    await github.unlabel(SHOP, number, 'agent-eligible', 'mia')
    await github.comment(SHOP, number, 'hello', 'robot[bot]')
    await github.editIssue(SHOP, number, { title: 'Third' }, 'olga')
    await github.closeIssue(SHOP, number, 'mia')
    await asInstallation().issues.createComment({ ...AT, issue_number: number, body: 'bye' })
    await github.installation(installationId(), 'new_permissions_accepted')
    await github.delivered()
    const told = github.deliveries().map(({ event, action, payload }) => {
      const sender = payload.sender
      return [event, action, typeof sender === 'object' && sender && 'login' in sender ? sender.login : undefined]
    })
    expect(told).toEqual([
      ['issues', 'opened', 'olga'],
      ['issues', 'labeled', 'olga'],
      ['issues', 'unlabeled', 'mia'],
      ['issue_comment', 'created', 'robot[bot]'],
      ['issues', 'edited', 'olga'],
      ['issues', 'closed', 'mia'],
      ['issue_comment', 'created', 'draftsmith[bot]'],
      ['installation', 'new_permissions_accepted', 'admin'],
    ])
  })

  it('keep nobody waiting', async () => {
    answer = { status: 200, afterMs: 400 }
    const started = performance.now()
    await github.label(SHOP, 1, 'agent-eligible', 'mia')
    expect(performance.now() - started).toBeLessThan(350)
    expect(github.deliveries()).toMatchObject([{ status: undefined }])
    await github.delivered()
    expect(github.deliveries()).toMatchObject([{ status: 200, responseBody: 'thanks' }])
    expect(github.deliveries()[0]?.durationMs).toBeGreaterThan(350)
  })

  it('are sent again under the same guid, by hand and by the API', async () => {
    answer = { status: 500, afterMs: 0 }
    await github.label(SHOP, 1, 'agent-eligible', 'mia')
    await github.delivered()
    const app = asApp()
    const { data: before } = await app.apps.listWebhookDeliveries()
    expect(before).toMatchObject([{ status_code: 500, redelivery: false, event: 'issues', action: 'labeled' }])
    answer = { status: 202, afterMs: 0 }
    await github.redeliver(before[0]?.id ?? 0)
    await app.apps.redeliverWebhookDelivery({ delivery_id: before[0]?.id ?? 0 })
    await github.delivered()
    expect(received.map(({ body }) => body)).toEqual(Array(3).fill(received[0]?.body))
    expect(new Set(received.map(({ headers }) => headers['x-github-delivery'])).size).toBe(1)
    const { data: after } = await app.apps.listWebhookDeliveries({ per_page: 2 })
    expect(after.map(({ redelivery, status_code }) => [redelivery, status_code])).toEqual([
      [true, 202],
      [true, 202],
    ])
    const id = before[0]?.id ?? 0
    expect((await app.apps.getWebhookDelivery({ delivery_id: id })).data.request.payload).toMatchObject({
      action: 'labeled',
    })
  })

  it('note a receiver that is not there', async () => {
    receiver.closeAllConnections()
    await new Promise((resolve) => receiver.close(resolve))
    await github.label(SHOP, 1, 'agent-eligible', 'mia')
    await github.delivered()
    expect(github.deliveries()).toMatchObject([{ status: undefined, error: expect.stringContaining('ECONNREFUSED') }])
  })
})

describe('faults', () => {
  const comment = (body: string) => asInstallation().issues.createComment({ ...AT, issue_number: 1, body })
  const comments = async () => (await github.state()).repositories[SHOP]?.issues[0]?.comments.map(({ body }) => body)
  const onComment = ({ method, path }: { method: string; path: string }) =>
    method === 'POST' && path.endsWith('/comments')

  it('answer with a status a number of times, without acting', async () => {
    github.fault({ match: onComment, kind: 'status', status: 429, headers: { 'retry-after': '7' }, times: 1 })
    const limited = await comment('one').catch((error: { response: unknown }) => error.response)
    expect(limited).toMatchObject({ status: 429, headers: { 'retry-after': '7' } })
    await comment('two')
    expect(await comments()).toEqual(['two'])
    expect(github.calls().filter(onComment)).toMatchObject([{ status: 429 }, { status: 201, token: 'installation' }])
  })

  it('close the connection before the write, or after it', async () => {
    const removeReset = github.fault({ match: onComment, kind: 'reset' })
    await expect(comment('never')).rejects.toThrow()
    removeReset()
    github.fault({ match: onComment, kind: 'timeout_after_write', times: 1 })
    await expect(comment('written')).rejects.toThrow()
    expect(await comments()).toEqual(['written'])
  })

  it('slow an answer down', async () => {
    github.fault({ match: onComment, kind: 'delay', delayMs: 120 })
    const started = performance.now()
    await comment('late')
    expect(performance.now() - started).toBeGreaterThan(115)
    github.clearFaults()
  })

  it('let a push land that the pusher thinks lost', async () => {
    const target = await clone(github.userToken('mia'))
    github.fault({ match: ({ method }) => method === 'POST', kind: 'timeout_after_write', times: 1 })
    const pushed = git(['-C', target, 'push', '-q', 'origin', 'HEAD:refs/heads/lost'], github.userToken('mia'))
    await expect(pushed).rejects.toThrow()
    expect((await github.state()).repositories[SHOP]?.branches).toHaveProperty('lost')
  })

  it('break a clone', async () => {
    github.fault({ match: ({ path }) => path.endsWith('/info/refs'), kind: 'status', status: 503, times: 1 })
    const token = await github.installationToken(installationId())
    await expect(clone(token)).rejects.toThrow('503')
    await clone(token)
  })
})

describe('running', () => {
  it('adds a repository, and takes one out of the installation', async () => {
    await github.addRepository({
      owner: 'acme',
      name: 'late',
      private: true,
      files: { 'a.txt': 'a' },
      issues: [{ title: 'T' }],
    })
    const octokit = asInstallation()
    expect((await octokit.issues.get({ owner: 'acme', repo: 'late', issue_number: 1 })).data.title).toBe('T')
    await github.installationRepositories(installationId(), 'removed', [SHOP])
    expect(await refusal(octokit.repos.get(AT))).toMatchObject({ status: 404 })
    expect(await refusal(asApp().apps.getRepoInstallation(AT))).toMatchObject({ status: 404 })
    expect(github.deliveries()).toMatchObject([{ event: 'installation_repositories', action: 'removed' }])
  })

  it('says what it does not have instead of inventing it', async () => {
    const asked = await refusal(asInstallation().repos.listReleases(AT))
    expect(asked).toMatchObject({ status: 501, message: expect.stringContaining('has no GET') })
  })

  it('is a process of its own, which ends when it is told to', async () => {
    const seed = join(folder, 'seed.json')
    const repositories = [{ owner: 'solo', name: 'app', folder: join(folder, 'seed') }]
    await writeFile(seed, JSON.stringify({ users: [{ login: 'solo' }], repositories }))
    const main = fileURLToPath(new URL('./emulated-github/main.ts', import.meta.url))
    const child = spawn(process.execPath, [main, '--seed', seed], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    const [line] = await once(child.stdout, 'data')
    const started = JSON.parse(String(line))
    const octokit = new Octokit({ log, baseUrl: started.url, auth: started.userTokens.solo })
    expect((await octokit.repos.get({ owner: 'solo', repo: 'app' })).data.size).toBe(1)
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })

  it('leaves nothing behind', async () => {
    const left = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('emulated-github-')).length
    const before = await left()
    const other = await startEmulatedGitHub({ repositories: [{ owner: 'a', name: 'b', files: { c: 'd' } }] })
    expect(await left()).toBe(before + 1)
    await other.close()
    await other.close()
    expect(await left()).toBe(before)
    await expect(fetch(other.url)).rejects.toThrow()
  })
})
