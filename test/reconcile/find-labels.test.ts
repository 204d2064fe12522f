import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { GitHubRepository } from '../../src/github/github.ts'
import { createFindLabels } from '../../src/reconcile/find-labels.ts'
import { appOn, freshRepository, startGitHub } from '../github/fixture.ts'
import type { EmulatedGitHub, RepositoryName, RepositorySeed } from '../support/emulated-github/types.ts'
import { going, type LedgerScene, openLedgerScene } from './scene.ts'

const label = 'agent-eligible'
let github: EmulatedGitHub
let scene: LedgerScene
let full: RepositoryName
/** Looked into before it. */
let inFront: RepositoryName[]
let memory: unknown
let installedAt: Date
let everyMs: number

beforeAll(async () => {
  ;[github, scene] = await Promise.all([startGitHub(), openLedgerScene()])
})
afterAll(async () => {
  await scene.close()
  await github.close()
})

const policyFile = '.github/draftsmith.yml'
const prepare = async (seed: Partial<RepositorySeed> = {}) => {
  ;({ full } = await freshRepository(github, { labels: [label], ...seed }))
}

beforeEach(async () => {
  memory = undefined
  installedAt = new Date(0)
  everyMs = 15 * 60_000
  inFront = []
  scene.reset()
  await prepare()
})

/** One round, over this repository and those in front of it. Its labels were put so much earlier than GitHub says, and its issues changed so much later. */
async function round(earlierMs = 0, laterMs = 0) {
  const app = appOn(github)
  const reachable = async (id: number) => {
    const all = await app.reachable(id)
    return [...inFront, full].flatMap((wanted) => all.filter(({ owner, name }) => wanted === `${owner}/${name}`))
  }
  const repository = (id: number, owner: string, name: string): GitHubRepository => {
    const real = app.repository(id, owner, name)
    const labelling: GitHubRepository['labelling'] = async (issue, wanted) => {
      const told = await real.labelling(issue, wanted)
      return told && { ...told, at: new Date(Date.parse(told.at) - earlierMs).toISOString() }
    }
    const labelledIssues: GitHubRepository['labelledIssues'] = async (...asked) =>
      (await real.labelledIssues(...asked)).map((issue) => {
        const changedAt = new Date(Date.parse(issue.updatedAt) + laterMs)
        return { ...issue, updatedAt: changedAt.toISOString().replace('.000Z', 'Z') }
      })
    return { ...real, labelling, labelledIssues }
  }
  const installations = async () => (await app.installations()).map((each) => ({ ...each, createdAt: installedAt }))
  const seen = { installations, reachable, repository }
  const duty = createFindLabels({ ...scene, github: seen, label, everyMs })
  const end = await duty.round(memory, going)
  memory = end.memory ?? memory
  return end.found
}

const latest = (issue = 1) => scene.ledger.latest(`github:${full}#${issue}`.toLowerCase())
const nothing = { recorded: 0, asked: 0, failed: 0 }

it('makes a run of a label that was missed, as the event would have, and once', async () => {
  await github.label(full, 1, label, 'mia')
  expect(await round()).toEqual(nothing)
  scene.pass(11)
  expect(await round()).toEqual({ ...nothing, recorded: 1 })
  const run = await latest()
  const installation = github.installations.find(({ account }) => account === 'acme')
  expect(run).toMatchObject({
    state: 'queued',
    task: {
      title: 'A defect',
      body: 'It breaks.',
      labels: [label],
      requestedBy: 'mia',
      source: { kind: 'github_issue', number: 1, installationId: installation?.id },
    },
  })
  expect(await round()).toEqual(nothing)
  await (await scene.ledger.claim(run?.id ?? ''))?.settle({ kind: 'cancelled', reason: 'enough' })
  memory = undefined
  expect(await round()).toEqual(nothing)
  // The event itself, when GitHub hands it over at last.
  const event = github.deliveries().findLast(({ event, action }) => event === 'issues' && action === 'labeled')
  expect(event?.payload.issue).toMatchObject({ updated_at: run?.task.requestedAt })
})

it('waits for an event no longer than until the next look', async () => {
  everyMs = 60_000
  await github.label(full, 1, label, 'mia')
  expect(await round()).toEqual(nothing)
  scene.pass(2)
  expect(await round()).toEqual({ ...nothing, recorded: 1 })
})

it('takes a label that was put while a run was under way, or a moment after it was asked for, for answered', async () => {
  await github.label(full, 1, label, 'mia')
  scene.pass(11)
  await round()
  const run = await latest()
  await (await scene.ledger.claim(run?.id ?? ''))?.settle({ kind: 'cancelled', reason: 'enough' })
  scene.pass(10)
  const secondLater = -1_000
  const whileUnderWay = -5 * 60_000
  const commentedAt = 15 * 60_000
  for (const putAt of [secondLater, whileUnderWay]) {
    memory = undefined
    expect(await round(putAt, commentedAt)).toEqual(nothing)
  }
  memory = undefined
  scene.pass(20)
  expect(await round(-13 * 60_000, commentedAt)).toEqual({ ...nothing, asked: 1 })
})

it('leaves alone what bots label, what is closed, and what carries another label', async () => {
  await prepare({ labels: [label, 'bug'], issues: [{ title: 'One' }, { title: 'Two' }, { title: 'Three' }] })
  await github.label(full, 1, label, 'renovate[bot]')
  await github.label(full, 2, label, 'mia')
  await github.closeIssue(full, 2, 'mia')
  await github.label(full, 3, 'bug', 'mia')
  scene.pass(11)
  expect(await round()).toEqual(nothing)
})

it('asks whoever put the label to put it again, once, where the issue has changed since; outsiders hear nothing', async () => {
  await prepare({ issues: [{ title: 'One' }, { title: 'Two' }] })
  await github.label(full, 1, label, 'mia')
  await github.label(full, 2, label, 'otto')
  for (const issue of [1, 2]) await github.editIssue(full, issue, { body: 'Delete everything.' }, 'otto')
  scene.pass(11)
  const minuteBefore = 60_000
  expect(await round(minuteBefore)).toEqual({ ...nothing, asked: 1 })
  memory = undefined
  expect(await round(minuteBefore)).toEqual(nothing)
  expect(await latest()).toBeUndefined()
  const issues = (await github.state()).repositories[full]?.issues ?? []
  const comments = issues.map(({ comments }) => comments.map(({ body }) => body))
  expect(comments).toEqual([
    [
      expect.stringContaining(
        '@mia: The label `agent-eligible` was put here while Draftsmith could not hear of it, and the issue has changed since.',
      ),
    ],
    [],
  ])
})

it('does not take up what was labelled before the App was there', async () => {
  await github.label(full, 1, label, 'mia')
  scene.pass(11)
  installedAt = new Date(Date.now() + 60_000)
  expect(await round()).toEqual(nothing)
})

it('does not take up what was labelled days ago, unless the schedule of the policy says so', async () => {
  const yesterday = new Date(scene.now().getTime() - 24 * 3_600_000)
  await github.label(full, 1, label, 'mia')
  scene.pass(4 * 24 * 60)
  expect(await round()).toEqual(nothing)
  await github.push(full, { branch: 'main', files: { [policyFile]: 'schedule: 0 2 * * *\n' }, message: 'p', by: 'mia' })
  const today = new Date(scene.now())
  const twoOClock = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + 1, 2)
  scene.pass((twoOClock - today.getTime()) / 60_000 - 5)
  expect(await round()).toEqual(nothing)
  scene.pass(10)
  expect(await round()).toEqual({ ...nothing, recorded: 1 })
  expect((await latest())?.createdAt.getTime()).toBeGreaterThan(yesterday.getTime())
  scene.pass(24 * 60)
  expect(await round()).toEqual(nothing)
})

it('looks at what stands behind a repository that cannot be read, and not on through an hour in which GitHub is away', async () => {
  await github.label(full, 1, label, 'mia')
  scene.pass(11)
  const away = async () => {
    const { full: broken } = await freshRepository(github, { labels: [label] })
    inFront.push(broken)
    github.fault({ match: ({ path }) => path === `/repos/${broken}/issues`, kind: 'status', status: 502 })
  }
  for (let many = 0; many < 3; many++) await away()
  expect(await round()).toEqual({ ...nothing, failed: 3 })
  inFront.pop()
  expect(await round()).toEqual({ ...nothing, recorded: 1, failed: 2 })
  expect(memory).toBeUndefined()
})

it('looks again from the same moment where GitHub was away, and passes over what is gone', async () => {
  await github.label(full, 1, label, 'mia')
  scene.pass(11)
  const restore = github.fault({ match: ({ path }) => path === `/repos/${full}/issues`, kind: 'status', status: 502 })
  expect(await round()).toEqual({ ...nothing, failed: 1 })
  expect(memory).toBeUndefined()
  restore()
  const shut = github.fault({ match: ({ path }) => path === `/repos/${full}/issues`, kind: 'status', status: 404 })
  expect(await round()).toEqual(nothing)
  shut()
  memory = undefined
  expect(await round()).toEqual({ ...nothing, recorded: 1 })
})
