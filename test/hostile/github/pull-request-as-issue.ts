import { hostOn } from '../../github/fixture.ts'
import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'pull request as issue',
  gain: 'a run on what a fork proposes',
  async attempt(scene) {
    await scene.github.push(scene.repo, { branch: 'topic', files: { 'notes.md': 'x\n' }, message: 'notes', by: 'mia' })
    const headers = { authorization: `Bearer ${scene.github.userToken('mia')}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ title: 'Notes', head: 'topic', base: 'main' })
    const opened = await fetch(`${scene.github.url}/repos/${scene.repo}/pulls`, { method: 'POST', headers, body })
    const { number } = (await opened.json()) as { number: number }
    if (scene.defence === 'off') return number > 0
    await scene.labelBy('mia')
    const run = await scene.inspection()
    if (run?.kind !== 'ready') return true
    const task = { ...pullTask, source: { ...pullTask.source, repo: scene.name, number } }
    return (await hostOn(scene.repository, { issue: number }).inspect(task)).kind === 'ready'
  },
})

const pullTask = {
  source: { kind: 'github_issue' as const, installationId: 1001, owner: 'acme', repo: '', number: 0 },
  ...{
    title: 'Notes',
    body: '',
    removed: [],
    labels: ['agent-eligible'],
    requestedBy: 'mia',
    requestedAt: '2026-01-01T00:00:00Z',
  },
}
