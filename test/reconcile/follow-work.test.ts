// What people make of a pull request, seen from a run that has ended long ago.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createFollowWork } from '../../src/reconcile/follow-work.ts'
import { pullRequestEnded } from '../../src/run/outcome.ts'
import { appOn, freshRepository, startGitHub } from '../github/fixture.ts'
import { newRun } from '../run/support.ts'
import type { EmulatedGitHub, RepositoryName } from '../support/emulated-github/types.ts'
import { going, type LedgerScene, openLedgerScene } from './scene.ts'

const branch = 'agent/issue-1'
let github: EmulatedGitHub
let scene: LedgerScene
let memory: unknown

beforeAll(async () => {
  ;[github, scene] = await Promise.all([startGitHub(), openLedgerScene()])
})
afterAll(async () => {
  await scene.close()
  await github.close()
})
beforeEach(() => {
  memory = undefined
})

async function round(): Promise<Record<string, number>> {
  const duty = createFollowWork({ ...scene, github: appOn(github), everyMs: 1 })
  const end = await duty.round(memory, going)
  memory = end.memory
  return end.found
}

/** A run that has published a pull request, in a repository of its own. */
async function published(): Promise<{ full: RepositoryName; number: number; runId: string }> {
  const { full, name, installationId, repository } = await freshRepository(github)
  await github.push(full, { branch, files: { b: 'b' }, message: 'b', by: 'mia' })
  const pull = { head: branch, base: 'main', title: 'A defect', body: 'Fixes #1', draft: false }
  const { number, url } = await repository.createPullRequest(pull)
  const request = newRun({ repositoryKey: `github:${full}`, taskKey: `github:${full}#1` })
  request.task.source = { kind: 'github_issue', installationId, owner: 'acme', repo: name, number: 1 }
  const { id: runId } = await scene.queued(request)
  const publication = { form: 'draft' as const, branch, pullRequest: { number, url }, notes: [] }
  await (await scene.ledger.claim(runId))?.settle({ kind: 'pull_request', publication })
  return { full, number, runId }
}

async function merge(full: RepositoryName, number: number): Promise<void> {
  const headers = { authorization: `Bearer ${github.userToken('mia')}`, 'content-type': 'application/json' }
  const merged = await fetch(`${github.url}/repos/${full}/pulls/${number}/merge`, {
    method: 'PUT',
    headers,
    body: '{}',
  })
  expect(merged.status).toBe(200)
}

const toldOf = async (runId: string) =>
  (await scene.ledger.events(runId)).filter(({ kind }) => kind === pullRequestEnded).map(({ data }) => data)

it('is recorded once: merged, closed, or still open', async () => {
  const [good, bad, open] = [await published(), await published(), await published()]
  expect(await round()).toEqual({ merged: 0, closed: 0, failed: 0 })
  await merge(good.full, good.number)
  await github.closePullRequest(bad.full, bad.number, 'mia')
  expect(await round()).toEqual({ merged: 1, closed: 1, failed: 0 })
  expect(await round()).toEqual({ merged: 0, closed: 0, failed: 0 })
  expect(await toldOf(good.runId)).toEqual([{ kind: 'merged', at: expect.stringMatching(/^\d{4}-.*Z$/) }])
  expect(await toldOf(bad.runId)).toMatchObject([{ kind: 'closed' }])
  expect(await toldOf(open.runId)).toEqual([])
})

it('of one repository that cannot be read hides none behind it, and is not asked for after months', async () => {
  const [hidden, merged, late] = [await published(), await published(), await published()]
  await merge(merged.full, merged.number)
  await github.configure(hidden.full, { private: true })
  const broken = github.fault({
    match: ({ path }) => path.includes(`${hidden.full}/pulls`),
    kind: 'status',
    status: 404,
  })
  expect(await round()).toEqual({ merged: 1, closed: 0, failed: 1 })
  broken()
  await github.closePullRequest(late.full, late.number, 'mia')
  scene.pass(61 * 24 * 60)
  expect(await round()).toEqual({ merged: 0, closed: 0, failed: 0 })
  scene.reset()
})
