// Whatever a model or a command put into a text, no credential reaches GitHub.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TreeChange } from '../../src/publish/publication.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { headOf, hosted, startGitHub, texts } from './fixture.ts'
import { treeOf } from './tree-of.ts'

/** Of no account; in two pieces, so that nobody takes it for one. */
const secret = ['ghp', 'R2d9kXq7LmZ4vB8nT1sW6yC3hF5jP0aEuGiO'].join('_')
const files = { 'README.md': '# Tool\n', 'src/a.js': 'export const a = 1\n' }

let github: EmulatedGitHub
beforeAll(async () => {
  github = await startGitHub()
})
afterAll(() => github.close())

it('holds for title, body and commit of a pull request, and they are found again', async () => {
  const { host, repository } = await hosted(github)
  const changes: TreeChange[] = [
    { path: 'src/a.js', blob: { mode: '100644', content: Buffer.from('export const a = 2\n') } },
  ]
  const request = {
    ...{ runId: 'r-0000000001', form: 'draft' as const, verified: true, branch: 'agent/issue-1', baseBranch: 'main' },
    ...{ changes, patch: '', labels: [], reviewers: [], treeSha: await treeOf(files, changes) },
    baseCommit: await headOf(repository),
    commitMessage: `fix: ${secret}\n\nDraftsmith-Run: r-0000000001`,
    title: `Mend ${secret}`,
    body: `It printed ${secret}.`,
  }
  const first = await host.publish(request, async () => {})
  const commit = await repository.commit(first.commitSha ?? '')
  expect(commit.message).toBe('fix: [redacted: github-token]\n\nDraftsmith-Run: r-0000000001')
  const state = JSON.stringify(await github.state())
  expect(state).toContain('Mend [redacted: github-token]')
  expect(state).toContain('It printed [redacted: github-token].')
  expect(state).not.toContain(secret)
  expect((await host.publish(request, async () => {})).pullRequest).toEqual(first.pullRequest)
})

it('holds for the status comment', async () => {
  const { host, repository } = await hosted(
    github,
    {},
    {
      texts: { ...texts, renderStatus: ({ notes }) => `<!-- status 1 -->\n${notes.join('\n')}` },
    },
  )
  await host.show({
    ...{ runId: 'r-0000000001', state: 'running', stages: [], plan: [], tokens: 0, usd: 0, maxUsd: 5 },
    ...{ at: '2026-01-02T03:04:05Z', ignored: [], notes: [`The install failed: 401 for ${secret}`] },
  })
  await host.flush()
  const [comment] = await repository.comments(1)
  expect(comment?.body).toContain('401 for [redacted: github-token]')
})
