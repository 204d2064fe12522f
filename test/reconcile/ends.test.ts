// Runs that end, or have ended, without anybody hearing of it.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createWaitingRuns } from '../../src/intake/waiting-runs.ts'
import { createClearOld } from '../../src/reconcile/clear-old.ts'
import { createEndOverdue } from '../../src/reconcile/end-overdue.ts'
import { createEndVanished } from '../../src/reconcile/end-vanished.ts'
import { createTellEnds } from '../../src/reconcile/tell-ends.ts'
import type { NewRun } from '../../src/run/ledger.ts'
import { pushed } from '../../src/run/outcome.ts'
import type { Run } from '../../src/run/run.ts'
import type { Inspection } from '../../src/task/task-host.ts'
import { appOn, freshRepository, hostOn, startGitHub } from '../github/fixture.ts'
import { newRun } from '../run/support.ts'
import type { EmulatedGitHub, RepositoryName } from '../support/emulated-github/types.ts'
import { going, type LedgerScene, openLedgerScene } from './scene.ts'

const label = 'agent-eligible'
let github: EmulatedGitHub
let scene: LedgerScene

beforeAll(async () => {
  ;[github, scene] = await Promise.all([startGitHub(), openLedgerScene()])
})
afterAll(async () => {
  await scene.close()
  await github.close()
})
/** Nothing of one test is left to the next. */
afterEach(async () => {
  scene.reset()
  github.clearFaults()
  for (const { taskKey } of await scene.ledger.underWay()) await scene.cancel(taskKey, { reason: 'enough' })
  for (const { id } of await scene.ledger.underWay())
    await (await scene.ledger.claim(id))?.settle({ kind: 'cancelled', reason: 'enough' })
  for (const { id } of await scene.ledger.list({ limit: 100 })) await scene.upkeep.told(id)
})

/** The request for issue 1 of a repository of its own, as Mia's label makes it. */
async function requested(): Promise<{ full: RepositoryName; request: NewRun }> {
  const { full, name, installationId } = await freshRepository(github, {
    issues: [{ title: 'A defect', labels: [label] }],
  })
  const request = newRun({ repositoryKey: `github:${full}`, taskKey: `github:${full}#1` })
  request.task.requestedBy = 'mia'
  request.task.source = { kind: 'github_issue', installationId, owner: 'acme', repo: name, number: 1 }
  return { full, request }
}

const hostOf = ({ task: { source } }: Run, fence = async () => {}) => {
  if (source.kind !== 'github_issue') throw new Error('not on GitHub')
  const app = appOn(github, { retryUnitMs: 1 })
  return hostOn(app.repository(source.installationId, source.owner, source.repo), { fence })
}

const branch = 'agent/issue-1'

/** Of that branch; its address. */
async function openPullRequest(full: RepositoryName): Promise<string> {
  const [owner = '', name = ''] = full.split('/')
  const installationId = github.installations.find(({ account }) => account === owner)?.id ?? 0
  const repository = appOn(github).repository(installationId, owner, name)
  const pull = { head: branch, base: 'main', title: 'A defect', body: 'Fixes #1', draft: true }
  return (await repository.createPullRequest(pull)).url
}

const commentsOn = async (full: RepositoryName) =>
  (await github.state()).repositories[full]?.issues[0]?.comments.map(({ body }) => body)

describe('an end that nobody heard of', () => {
  const waiting = () =>
    createWaitingRuns({
      ledger: scene.ledger,
      queue: { position: async () => 0 },
      host: (run, fence) => hostOf(run, fence) as Required<ReturnType<typeof hostOf>>,
      told: scene.upkeep.told,
      maxUsd: 5,
      now: scene.now,
    })

  it('is told when GitHub answers again, once, and not while whoever ended it may be telling it', async () => {
    const { full, request } = await requested()
    await scene.queued(request)
    await scene.cancel(request.taskKey, { reason: 'It was stopped by mia.' })
    const duty = createTellEnds({ ...scene, tell: (run) => waiting().tellEnded(run), everyMs: 1 })
    expect((await duty.round(undefined, going)).found).toEqual({ told: 0, failed: 0 })
    scene.pass(16)
    const restore = github.fault({ match: ({ path }) => path.includes('/comments'), kind: 'status', status: 502 })
    expect((await duty.round(undefined, going)).found).toEqual({ told: 0, failed: 1 })
    restore()
    expect((await duty.round(undefined, going)).found).toEqual({ told: 1, failed: 0 })
    expect(await commentsOn(full)).toEqual([expect.stringContaining('ended')])
    expect((await duty.round(undefined, going)).found).toEqual({ told: 0, failed: 0 })
  })

  it('is no news after three days', async () => {
    const { request } = await requested()
    await scene.queued(request)
    await scene.cancel(request.taskKey, { reason: 'It was stopped by mia.' })
    scene.pass(3 * 24 * 60 + 1)
    const told: Run[] = []
    const duty = createTellEnds({ ...scene, tell: async (run) => void told.push(run), everyMs: 1 })
    await duty.round(undefined, going)
    expect(told).toEqual([])
  })
})

it('a run that its worker has for longer than any work may take is given up', async () => {
  const [stuck, young] = [await scene.queued(), await scene.queued()]
  const claimed = await scene.ledger.claim(stuck.id)
  const duty = createEndOverdue({ ...scene, maxMinutes: 45, everyMs: 1 })
  scene.pass(149)
  expect((await duty.round(undefined, going)).found).toEqual({ ended: 0 })
  scene.pass(2)
  await scene.ledger.claim(young.id)
  expect((await duty.round(undefined, going)).found).toEqual({ ended: 1 })
  await expect(claimed?.check()).rejects.toMatchObject({
    class: 'cancelled',
    message: 'It was at work for more than 150 minutes without coming to an end, and was given up.',
  })
  expect(await scene.ledger.find(young.id)).toMatchObject({ cancelReason: undefined })
})

describe('a run under way whose issue nobody told us of', () => {
  const round = () =>
    createEndVanished({
      ...scene,
      github: appOn(github),
      inspect: (run) => hostOf(run).inspect(run.task),
      everyMs: 1,
    }).round(undefined, going)

  it.each([
    ['was closed', (full: RepositoryName) => github.closeIssue(full, 1, 'mia'), '#1 is closed.'],
    [
      'lost its label',
      (full: RepositoryName) => github.unlabel(full, 1, label, 'mia'),
      'The label agent-eligible was removed.',
    ],
    [
      'cannot be seen any more',
      async (full: RepositoryName) => github.configure(full, { private: true, collaborators: { mia: 'none' } }),
      'Mia has no write access (none).',
    ],
  ])('ends when it %s', async (_, happens, reason) => {
    const { full, request } = await requested()
    const run = await scene.queued(request)
    scene.pass(16)
    expect((await round()).found).toEqual({ ended: 0, failed: 0 })
    await happens(full)
    expect((await round()).found).toEqual({ ended: 1, failed: 0 })
    expect(await scene.ledger.find(run.id)).toMatchObject({ outcome: { kind: 'cancelled', reason } })
  })

  it.each([
    [
      'closed its pull request',
      true,
      (full: RepositoryName) => github.closePullRequest(full, 2, 'mia'),
      'Its pull request was closed.',
    ],
    [
      'deleted its branch',
      false,
      (full: RepositoryName) => github.deleteBranch(full, branch),
      `Its branch ${branch} was deleted.`,
    ],
  ])('ends when somebody %s before it was through', async (_, draft, happens, reason) => {
    const { full, request } = await requested()
    const { id } = await scene.queued(request)
    const claimed = await scene.ledger.claim(id)
    await github.push(full, { branch, files: { b: 'b' }, message: 'b', by: 'mia' })
    const work = { branch, commitSha: 'c' }
    await claimed?.event(pushed, draft ? { ...work, pullRequest: await openPullRequest(full) } : work)
    scene.pass(16)
    expect((await round()).found).toEqual({ ended: 0, failed: 0 })
    await happens(full)
    expect((await round()).found).toEqual({ ended: 1, failed: 0 })
    await expect(claimed?.check()).rejects.toMatchObject({ class: 'cancelled', message: reason })
  })

  it('goes on while GitHub is away, and while it is young', async () => {
    const { full, request } = await requested()
    await scene.queued(request)
    await github.closeIssue(full, 1, 'mia')
    expect((await round()).found).toEqual({ ended: 0, failed: 0 })
    scene.pass(16)
    const restore = github.fault({
      match: ({ path }) => path.startsWith(`/repos/${full}`),
      kind: 'status',
      status: 502,
    })
    expect((await round()).found).toEqual({ ended: 0, failed: 1 })
    restore()
    expect((await round()).found).toEqual({ ended: 1, failed: 0 })
  })

  it('has its turn, however many there are', async () => {
    const runs: Run[] = []
    for (let nth = 0; nth < 30; nth += 1) {
      runs.push(await scene.queued())
      scene.pass(1)
    }
    scene.pass(16)
    const looked: string[] = []
    const inspect = async ({ id }: Run) => {
      looked.push(id)
      return { kind: 'ready' } as Inspection
    }
    const duty = createEndVanished({ ...scene, github: appOn(github), inspect, everyMs: 1 })
    const { memory } = await duty.round(undefined, going)
    expect(looked).toHaveLength(25)
    await duty.round(JSON.parse(JSON.stringify(memory)), going)
    expect(new Set(looked.slice(0, 30))).toEqual(new Set(runs.map(({ id }) => id)))
  })

  it('ends where the App is not let in any more', async () => {
    const { request } = await requested()
    if (request.task.source.kind === 'github_issue') request.task.source.installationId = 9_999
    const run = await scene.queued(request)
    scene.pass(16)
    expect((await round()).found).toEqual({ ended: 1, failed: 0 })
    const reason = 'GitHub does not let Draftsmith see this issue any more.'
    expect(await scene.ledger.find(run.id)).toMatchObject({ outcome: { kind: 'cancelled', reason } })
  })
})

it('old runs lose what takes room, as many as there are, and none where the deployment keeps everything', async () => {
  const earlier = (await scene.ledger.list({ limit: 100 })).length
  const old = 51
  for (let nth = earlier; nth < old; nth += 1) {
    const request = newRun()
    await scene.queued(request)
    await scene.cancel(request.taskKey, { reason: 'enough' })
  }
  scene.pass(90 * 24 * 60)
  await scene.queued()
  const round = (keepDays: number) => createClearOld({ ...scene, keepDays }).round(undefined, going)
  expect((await round(0)).found).toEqual({})
  expect((await round(91)).found).toEqual({ cleared: 0 })
  expect((await round(89)).found).toEqual({ cleared: old })
  expect((await round(89)).found).toEqual({ cleared: 0 })
  expect((await scene.ledger.list({ limit: 100 })).filter(({ clearedAt }) => clearedAt)).toHaveLength(old)
})
