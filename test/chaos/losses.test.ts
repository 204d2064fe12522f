// A chaos that finds nothing proves nothing unless it would find something.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { renderStatus } from '../../src/render/status.ts'
import { lossesOnGitHub, lossesOnMachine } from '../../tools/chaos/losses.ts'
import { statusView } from '../render/views.ts'
import type { CommentState, PullRequestState, RepositoryState } from '../support/emulated-github/types.ts'

const at = '2026-01-01T00:00:00Z'
const issues = [{ repo: 'acme/tool' as const, number: 1, title: 'A defect' }]
const published = renderStatus(
  statusView({ state: 'ended', outcome: { kind: 'pull_request', publication: { form: 'draft', notes: [] } } }),
)

function comment(body: string): CommentState {
  return { id: 1, author: 'draftsmith[bot]', body, byApp: true, reactions: [], createdAt: at, updatedAt: at }
}

function pull(number: number): PullRequestState {
  const closed = {
    state: 'open' as const,
    draft: true,
    merged: false,
    labels: [],
    requestedReviewers: [],
    comments: [],
  }
  return {
    ...{ ...closed, number, title: 'A mend', body: '', author: 'draftsmith[bot]' },
    ...{ head: 'agent/issue-1', headSha: 'b', base: 'main' },
  }
}

function tool(comments: CommentState[], change: Partial<RepositoryState> = {}): RepositoryState {
  const issue = {
    number: 1,
    title: 'A defect',
    body: '',
    state: 'open' as const,
    locked: false,
    labels: [],
    author: 'mia',
  }
  return {
    branches: { main: 'a', 'agent/issue-1': 'b' },
    labels: [],
    issues: [{ ...issue, comments }],
    pullRequests: [pull(2)],
    ...change,
  }
}

async function lossesOf(state: RepositoryState): Promise<string[]> {
  const github = { state: async () => ({ repositories: { 'acme/tool': state } }) }
  return (await lossesOnGitHub({ github, issues })).losses
}

it('one status that tells the end, one branch and one pull request are no loss', async () => {
  expect(await lossesOf(tool([comment(published)]))).toEqual([])
})

it('what is there twice, and what was never told, is one', async () => {
  expect(await lossesOf(tool([comment(published), comment(published)]))).toEqual(['acme/tool#1 has 2 status comments.'])
  expect(await lossesOf(tool([comment(published)], { pullRequests: [pull(2), pull(3)] }))).toContain(
    'acme/tool#1 has 2 pull requests.',
  )
  expect(await lossesOf(tool([comment(renderStatus(statusView({ state: 'running' })))]))).toContain(
    'acme/tool#1 was never told an end, but running.',
  )
  expect(await lossesOf(tool([comment(published), comment('Hello')]))).toEqual([
    'acme/tool#1 has 1 other comments of ours.',
  ])
  const branches = { main: 'a', 'agent/issue-1': 'b', 'agent/issue-1-2': 'c' }
  expect(await lossesOf(tool([comment(published)], { branches }))).toEqual([
    'acme/tool has a branch agent/issue-1-2 that belongs to no issue.',
  ])
})

it('a work tree or a process that is left on a machine is one', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'draftsmith-losses-'))
  const members = [{ name: 'member-1', dataDir }]
  await mkdir(join(dataDir, 'runs'))
  expect(lossesOnMachine(members)).toEqual([])
  await mkdir(join(dataDir, 'runs', 'r-1'))
  const left = spawn('sleep', ['60'], { cwd: dataDir })
  await once(left, 'spawn')
  const losses = lossesOnMachine(members)
  left.kill()
  await once(left, 'exit')
  await rm(dataDir, { recursive: true })
  expect(losses).toContain('member-1 left runs/r-1 behind.')
  expect(losses.some((loss) => loss.startsWith('member-1 left a process behind: sleep 60'))).toBe(true)
})
