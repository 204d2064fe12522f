// A verified change on its way to GitHub, and how it would get there by a careless hand.
import type { PublishRequest, TreeChange } from '../../../src/publish/publication.ts'
import type { StatusView } from '../../../src/render/status-view.ts'
import { headOf } from '../../github/fixture.ts'
import { treeOf } from '../../github/tree-of.ts'
import type { GitHubScene } from './github-scene.ts'

export const statusView: StatusView = {
  ...{ runId: 'r-0000000001', state: 'running', stages: [], plan: [], tokens: 1, usd: 0, maxUsd: 5 },
  ...{ at: '2026-01-02T03:04:05Z', notes: [], ignored: [] },
}

const files = { 'README.md': '# Tool\n', 'src/a.js': 'export const a = 1\n' }

export async function publishRequest({ repository }: GitHubScene): Promise<PublishRequest> {
  const changes: TreeChange[] = [
    { path: 'src/a.js', blob: { mode: '100644', content: Buffer.from('export const a = 2\n') } },
  ]
  return {
    ...{ runId: 'r-0000000001', form: 'draft', verified: true, branch: 'agent/issue-1', baseBranch: 'main' },
    baseCommit: await headOf(repository),
    treeSha: await treeOf(files, changes),
    changes,
    patch: '',
    commitMessage: 'fix: a\n\nDraftsmith-Run: r-0000000001',
    ...{ title: 'Fix a', body: 'Fixes #1', labels: [], reviewers: [] },
  }
}

/** Builds on whatever the base is by now, and takes the branch whoever has it. */
export async function publishOnHead({ github, repo }: GitHubScene, request: PublishRequest): Promise<string> {
  const headers = { authorization: `Bearer ${github.userToken('mia')}`, 'content-type': 'application/json' }
  const ask = async (method: string, path: string, body?: unknown) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await fetch(`${github.url}/repos/${repo}/git/${path}`, { method, headers, ...sent })
    return (await answer.json()) as { sha: string; tree: { sha: string }; object: { sha: string } }
  }
  const head = (await ask('GET', 'ref/heads/main')).object.sha
  const base = (await ask('GET', `commits/${head}`)).tree.sha
  const tree = request.changes.map(({ path, blob }) => ({
    path,
    mode: '100644',
    type: 'blob',
    content: blob?.content.toString(),
  }))
  const made = await ask('POST', 'trees', { base_tree: base, tree })
  const commit = await ask('POST', 'commits', { message: 'x', tree: made.sha, parents: [head] })
  await ask('POST', 'refs', { ref: `refs/heads/${request.branch}`, sha: commit.sha })
  await ask('PATCH', `refs/heads/${request.branch}`, { sha: commit.sha, force: true })
  return request.branch
}
