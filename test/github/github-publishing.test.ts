import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import type { GitHubRepository } from '../../src/github/github.ts'
import { ownAddress, type PublishRequest, type Pushed, type TreeChange } from '../../src/publish/publication.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { headOf, hosted, startGitHub } from './fixture.ts'
import { treeOf } from './tree-of.ts'

let github: EmulatedGitHub

beforeAll(async () => {
  github = await startGitHub()
})

afterAll(() => github.close())

describe('publish', () => {
  const files = { 'README.md': '# Tool\n', 'src/a.js': 'export const a = 1\n' }
  const changeTo = (content: string): TreeChange[] => [
    { path: 'src/a.js', blob: { mode: '100644', content: Buffer.from(content) } },
  ]

  async function requestFor(
    repository: GitHubRepository,
    fields: Partial<PublishRequest> = {},
    content = 'export const a = 2\n',
  ): Promise<PublishRequest> {
    const runId = fields.runId ?? 'r-0000000001'
    const changes = changeTo(content)
    return {
      runId,
      form: 'draft',
      verified: true,
      branch: 'agent/issue-1',
      baseBranch: 'main',
      baseCommit: await headOf(repository),
      treeSha: await treeOf(files, changes),
      changes,
      patch: '',
      commitMessage: `fix: a\n\nDraftsmith-Run: ${runId}`,
      title: 'Fix a',
      body: 'Fixes #1',
      labels: ['agent-generated', 'needs-review'],
      reviewers: ['otto'],
      ...fields,
    }
  }

  const stateOf = async (full: `${string}/${string}`) => {
    const state = (await github.state()).repositories[full]
    if (state === undefined) throw new Error(`no repository ${full}`)
    return state
  }

  it('makes branch, draft, labels and reviewers', async () => {
    const { host, repository, full } = await hosted(github)
    const request = await requestFor(repository)
    const publication = await host.publish(request)
    const state = await stateOf(full)
    expect(publication).toEqual({
      form: 'draft',
      branch: 'agent/issue-1',
      commitSha: state.branches['agent/issue-1'],
      pullRequest: { number: 2, url: `${github.url}/${full}/pull/2` },
      notes: [],
    })
    expect(state.pullRequests).toMatchObject([
      {
        title: 'Fix a',
        body: 'Fixes #1',
        draft: true,
        head: 'agent/issue-1',
        base: 'main',
        author: 'draftsmith[bot]',
        labels: ['agent-generated', 'needs-review'],
        requestedReviewers: ['otto'],
      },
    ])
    expect((await repository.commit(publication.commitSha ?? '')).tree).toBe(request.treeSha)
  })

  it('asks whom the policy names, then who knows the code: people with write access, three in all', async () => {
    const collaborators = { mia: 'write', tess: 'maintain', max: 'write', otto: 'read' } as const
    const { host, repository, full } = await hosted(github, { collaborators })
    await github.push(full, { branch: 'main', files: { c: 'c' }, message: 'c', by: 'mia' })
    const emails = ['nobody@example.org', 'no address', 'mia@users.noreply.github.com']
    expect(await Promise.all(emails.map((email) => repository.loginOf(email)))).toEqual([undefined, undefined, 'mia'])
    const treeSha = await treeOf({ ...files, c: 'c' }, changeTo('export const a = 2\n'))
    const suggestedReviewers = [
      { login: 'otto' },
      { login: 'renovate[bot]' },
      { login: 'nobody-at-all' },
      ...emails.map((email) => ({ email })),
      ...['Mia', 'tess', 'max'].map((login) => ({ login })),
    ]
    const { notes } = await host.publish(await requestFor(repository, { treeSha, reviewers: [], suggestedReviewers }))
    expect(notes).toEqual([])
    expect((await stateOf(full)).pullRequests[0]?.requestedReviewers.sort()).toEqual(['max', 'mia', 'tess'])
  })

  it('puts the address of the pull request where its description waits for it', async () => {
    const { host, repository, full } = await hosted(github)
    const request = await requestFor(repository, { body: `Repeat: draftsmith verify ${ownAddress}` })
    const { pullRequest } = await host.publish(request)
    const body = `Repeat: draftsmith verify ${pullRequest?.url}`
    expect((await stateOf(full)).pullRequests[0]?.body).toBe(body)
    await host.publish(request)
    expect((await stateOf(full)).pullRequests).toMatchObject([{ body }])
  })

  it('pushes a branch alone, or nothing, where that is the form', async () => {
    const { host, repository, full } = await hosted(github)
    expect(await host.publish(await requestFor(repository, { form: 'patch' }))).toEqual({ form: 'patch', notes: [] })
    expect(Object.keys((await stateOf(full)).branches)).toEqual(['main'])
    const publication = await host.publish(await requestFor(repository, { form: 'branch' }))
    expect(publication).toMatchObject({ form: 'branch', branch: 'agent/issue-1' })
    expect((await stateOf(full)).pullRequests).toEqual([])
  })

  it('makes nothing twice, wherever it died before', async () => {
    for (let deathAt = 1; deathAt <= 5; deathAt += 1) {
      let writes = 0
      const dying = async () => {
        writes += 1
        if (writes === deathAt) throw new Fault('fenced', 'fenced', 'The process died here.')
      }
      const { host, repository, full } = await hosted(github, {}, { fence: dying })
      const request = await requestFor(repository)
      await expect(host.publish(request)).rejects.toMatchObject({ class: 'fenced' })
      const first = await host.publish(request)
      expect(await host.publish(request)).toEqual(first)
      const state = await stateOf(full)
      expect(Object.keys(state.branches).sort()).toEqual(['agent/issue-1', 'main'])
      expect(state.pullRequests).toHaveLength(1)
      expect(state.pullRequests[0]?.labels).toEqual(['agent-generated', 'needs-review'])
    }
  })

  it('finds what it made when the answer was lost', async () => {
    const { host, repository, full, name } = await hosted(github)
    const lose = (method: string, path: string) =>
      github.fault({
        match: (request) => request.method === method && request.path === `/repos/acme/${name}/${path}`,
        kind: 'timeout_after_write',
        times: 1,
      })
    lose('POST', 'git/refs')
    lose('POST', 'pulls')
    const request = await requestFor(repository)
    await expect(host.publish(request)).rejects.toMatchObject({ code: 'github_unreachable' })
    await host.publish(request)
    expect((await stateOf(full)).pullRequests).toHaveLength(1)
  })

  it('tells what there is as soon as it is there, also when the rest is refused', async () => {
    const { host, repository, name } = await hosted(github)
    const restore = github.fault({
      match: ({ method, path }) => method === 'POST' && path === `/repos/acme/${name}/pulls`,
      kind: 'status',
      status: 403,
      body: { message: 'Resource not accessible by integration' },
    })
    const told: Pushed[] = []
    const onPushed = async (pushed: Pushed) => void told.push(pushed)
    const request = await requestFor(repository)
    await expect(host.publish(request, onPushed)).rejects.toMatchObject({ code: 'github_forbidden' })
    const branch = { branch: 'agent/issue-1', commitSha: await repository.head('agent/issue-1') }
    expect(told).toEqual([branch])
    restore()
    const { pullRequest } = await host.publish(request, onPushed)
    expect(told).toEqual([branch, branch, { ...branch, pullRequest: pullRequest?.url }])
  })

  it('never touches a branch with the commit of somebody else', async () => {
    const { host, repository, full } = await hosted(github)
    const head = await github.push(full, { branch: 'agent/issue-1', files: { b: 'b' }, message: 'mine', by: 'mia' })
    await expect(host.publish(await requestFor(repository))).rejects.toMatchObject({
      class: 'conflict',
      code: 'branch_taken',
      message: `Branch agent/issue-1 holds other work: ${head} is not a commit of ours.`,
    })
    expect(await repository.head('agent/issue-1')).toBe(head)
  })

  it('takes a commit of ours that somebody has amended for theirs', async () => {
    const { host, repository, full } = await hosted(github)
    const request = await requestFor(repository)
    await host.publish(request)
    const { message } = await repository.commit(await headOf(repository, request.branch))
    await github.push(full, { branch: request.branch, files: { b: 'by hand' }, message, by: 'mia' })
    const amended = await headOf(repository, request.branch)
    const next = await requestFor(repository, { runId: 'r-0000000002' }, 'export const a = 3\n')
    await expect(host.publish(next)).rejects.toMatchObject({ class: 'conflict', code: 'branch_taken' })
    expect(await repository.head(request.branch)).toBe(amended)
  })

  it('goes on from the branch of an earlier run on the same base', async () => {
    const { host, repository, full } = await hosted(github)
    const first = await host.publish(await requestFor(repository))
    await github.closePullRequest(full, 2, 'mia')
    const request = await requestFor(repository, { runId: 'r-0000000002' }, 'export const a = 3\n')
    const second = await host.publish(request)
    expect(second).toMatchObject({ branch: 'agent/issue-1', pullRequest: { number: 3 } })
    expect(await repository.commit(second.commitSha ?? '')).toMatchObject({
      tree: request.treeSha,
      parents: [first.commitSha],
    })
  })

  it('takes the next free name where the base has moved on', async () => {
    const { host, repository, full } = await hosted(github)
    await host.publish(await requestFor(repository))
    await github.closePullRequest(full, 2, 'mia')
    await github.push(full, { branch: 'main', files: { later: '1' }, message: 'later', by: 'mia' })
    const changes = changeTo('export const a = 3\n')
    const treeSha = await treeOf({ ...files, later: '1' }, changes)
    const request = await requestFor(repository, { runId: 'r-0000000002', changes, treeSha })
    expect(await host.publish(request)).toMatchObject({ branch: 'agent/issue-1-2', pullRequest: { number: 3 } })
  })

  it('publishes nothing where the tree is not the verified one', async () => {
    const { host, repository, full } = await hosted(github)
    const request = await requestFor(repository, { treeSha: 'b'.repeat(40) })
    await expect(host.publish(request)).rejects.toMatchObject({ class: 'conflict', code: 'tree_mismatch' })
    expect(Object.keys((await stateOf(full)).branches)).toEqual(['main'])
  })

  it('says which rule refused the branch', async () => {
    const { host, repository } = await hosted(github, { rulesets: [{ branches: 'agent/**', rule: 'creation' }] })
    await expect(host.publish(await requestFor(repository))).rejects.toMatchObject({ code: 'ruleset_refused' })
  })

  it('notes what a repository refuses beside the pull request', async () => {
    const { host, repository, name } = await hosted(github, { draftPullRequests: false })
    github.fault({
      match: ({ path }) => path === `/repos/acme/${name}/labels`,
      kind: 'status',
      status: 403,
      body: { message: 'Resource not accessible by integration' },
      times: 1,
    })
    const { notes } = await host.publish(await requestFor(repository, { reviewers: ['nobody-at-all'] }))
    expect(notes).toEqual([
      "The repository's plan has no draft pull requests, so this is a plain one.",
      expect.stringMatching(/^Labels were not set: Could not label 2 of acme\/tool-\d+: GitHub refuses it/),
      expect.stringContaining('GitHub refused to request a review from nobody-at-all'),
    ])
  })
})
