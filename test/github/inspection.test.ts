import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Task } from '../../src/task/task.ts'
import type { EmulatedGitHub, RepositorySeed } from '../support/emulated-github/types.ts'
import { freshRepository, headOf, hosted, hostOn, startGitHub } from './fixture.ts'

let github: EmulatedGitHub

beforeAll(async () => {
  github = await startGitHub()
})

afterAll(() => github.close())

function taskBy(requestedBy: string, labels = ['agent-eligible']): Task {
  return {
    source: { kind: 'github_issue', installationId: 1001, owner: 'acme', repo: 'tool', number: 1 },
    title: 'A defect',
    body: '',
    removed: [],
    labels,
    requestedBy,
    requestedAt: '2026-01-02T03:04:05Z',
  }
}

const task = taskBy('mia')

describe('inspect', () => {
  it('gives the facts, pinned to the head of the default branch', async () => {
    const policyText = 'checks:\n  test:\n    run: npm test\n'
    const { host, repository, full } = await hosted(github, {
      files: { 'a.js': 'a', '.github/draftsmith.yml': policyText, '.github/workflows/ci.yml': 'on: pull_request' },
    })
    const baseCommit = await headOf(repository)
    expect(await host.inspect(task)).toEqual({
      kind: 'ready',
      facts: {
        repository: full,
        baseBranch: 'main',
        baseCommit,
        policyText,
        repositoryBytes: expect.any(Number),
        openPullRequests: [],
        workflowsRunOnPush: false,
        notes: [],
      },
    })
  })

  it('works from the base that the policy names, under the policy of that base', async () => {
    const { host, full } = await hosted(github, { files: { '.github/draftsmith.yml': 'base: develop\n' } })
    const files = { '.github/draftsmith.yml': 'base: develop\nlimits:\n  files: 3\n' }
    const baseCommit = await github.push(full, { branch: 'develop', files, message: 'policy', by: 'mia' })
    expect(await host.inspect(task)).toMatchObject({
      facts: { baseBranch: 'develop', baseCommit, policyText: files['.github/draftsmith.yml'] },
    })
  })

  it('leaves a broken policy to the screen, which lists its problems', async () => {
    const { host } = await hosted(github, { files: { '.github/draftsmith.yml': 'bas: develop\n' } })
    expect(await host.inspect(task)).toMatchObject({
      kind: 'ready',
      facts: { baseBranch: 'main', policyText: 'bas: develop\n' },
    })
  })

  it('sees workflows that would run on the branch, by the prefix that the policy sets', async () => {
    const workflow = "on:\n  push:\n    branches: ['bots/**']\n"
    const { host } = await hosted(github, {
      files: {
        '.github/workflows/release.yaml': workflow,
        '.github/draftsmith.yml': 'pullRequest:\n  branchPrefix: bots/fix-\n',
      },
    })
    expect(await host.inspect(task)).toMatchObject({ facts: { workflowsRunOnPush: true } })
    const other = await hosted(github, { files: { '.github/workflows/release.yaml': workflow } })
    expect(await other.host.inspect(task)).toMatchObject({ facts: { workflowsRunOnPush: false } })
  })

  it.each(['.circleci/config.yml', 'Jenkinsfile', '.travis.yml', 'netlify.toml'])(
    'takes %s for what runs on every branch, wherever it is set otherwise',
    async (path) => {
      const { host } = await hosted(github, { files: { [path]: 'x' } })
      expect(await host.inspect(task)).toMatchObject({ facts: { workflowsRunOnPush: true } })
      const below = await hosted(github, { files: { [`docs/${path}`]: 'x' } })
      expect(await below.host.inspect(task)).toMatchObject({ facts: { workflowsRunOnPush: false } })
    },
  )

  it('lists open pull requests, and whether one closes the issue', async () => {
    const { host, repository, full } = await hosted(github)
    await github.push(full, { branch: 'fix', files: { b: 'b' }, message: 'b', by: 'mia' })
    await repository.createPullRequest({ head: 'fix', base: 'main', title: 'B', body: 'Fixes #1', draft: false })
    expect(await host.inspect(task)).toMatchObject({
      facts: { openPullRequests: [{ number: 2, title: 'B', closesIssue: true }] },
    })
  })

  it('tells work of others by its branch, and its own by the prefix', async () => {
    const { host, repository, full } = await hosted(github)
    for (const branch of ['copilot/fix-1', 'agent/issue-1', 'agent/issue-1-2']) {
      await github.push(full, { branch, files: { [branch]: 'b' }, message: 'b', by: 'mia' })
      await repository.createPullRequest({ head: branch, base: 'main', title: branch, body: 'For #1', draft: true })
    }
    const inspection = await host.inspect(task)
    if (inspection.kind !== 'ready') throw new Error(inspection.kind)
    const signs = inspection.facts.openPullRequests.map(({ title, sign }) => [title, sign])
    expect(Object.fromEntries(signs)).toEqual({
      'copilot/fix-1': 'its branch copilot/fix-1 names this issue',
      'agent/issue-1': undefined,
      'agent/issue-1-2': undefined,
    })
  })

  it.each([
    ['otto', 'otto has no write access (read)'],
    ['nobody-at-all', 'nobody-at-all has no write access (none)'],
    ['renovate[bot]', 'renovate[bot] is a bot'],
  ])('says nothing to %s', async (login, reason) => {
    const { host } = await hosted(github, {
      collaborators: { otto: 'read', 'renovate[bot]': 'admin' },
      issues: [{ title: 'A', state: 'closed' }],
    })
    expect(await host.inspect(taskBy(login))).toEqual({ kind: 'silent', reason })
  })

  it.each<[string, Partial<RepositorySeed> & { empty?: true }, string]>([
    ['repository_archived', { archived: true }, 'is archived'],
    ['issues_disabled', { issuesEnabled: false }, 'are disabled'],
    ['repository_empty', { empty: true }, 'has no commit on main'],
    ['issue_closed', { issues: [{ title: 'A', state: 'closed', labels: ['agent-eligible'] }] }, '#1 is closed'],
    ['issue_locked', { issues: [{ title: 'A', locked: true, labels: ['agent-eligible'] }] }, '#1 is locked'],
    ['branch_missing', { files: { '.github/draftsmith.yml': 'base: develop\n' } }, 'base: develop'],
  ])('declines: %s', async (code, seed, evidence) => {
    const { host } = await hosted(github, seed)
    expect(await host.inspect(task)).toEqual({
      kind: 'declined',
      decline: { code, evidence: [expect.stringContaining(evidence)] },
    })
  })

  it('declines a pull request', async () => {
    const { repository, full } = await hosted(github)
    await github.push(full, { branch: 'fix', files: { b: 'b' }, message: 'b', by: 'mia' })
    await repository.createPullRequest({ head: 'fix', base: 'main', title: 'B', body: '', draft: false })
    const host = hostOn(repository, { issue: 2 })
    expect(await host.inspect(task)).toEqual({
      kind: 'declined',
      decline: { code: 'issue_is_pull_request', evidence: ['#2 is a pull request'] },
    })
  })

  it('is cancelled by a label that is gone, but not where a command asked without one', async () => {
    const { host, full } = await hosted(github)
    await github.unlabel(full, 1, 'agent-eligible', 'mia')
    expect(await host.inspect(task)).toEqual({ kind: 'cancelled', reason: 'The label agent-eligible was removed.' })
    expect(await host.inspect(taskBy('mia', []))).toMatchObject({ kind: 'ready' })
  })

  it('is cancelled for an issue that was moved to another repository', async () => {
    const elsewhere = await freshRepository(github)
    const { repository } = await hosted(github)
    const host = hostOn({ ...repository, issue: (number) => elsewhere.repository.issue(number) }, { issue: 1 })
    expect(await host.inspect(task)).toMatchObject({
      kind: 'cancelled',
      reason: expect.stringMatching(/^The issue was moved to http.*issues\/1$/),
      movedTo: { owner: 'acme', repo: elsewhere.name, number: 1 },
    })
  })
})
