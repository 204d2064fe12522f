import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { movedTo } from '../../src/run/moved.ts'
import { startEmulatedGitHub } from '../support/emulated-github/emulated-github.ts'
import type { EmulatedGitHub, IssueSeed } from '../support/emulated-github/types.ts'
import { type Listening, listenTo } from './listening.ts'

const repo = 'acme/tool'
const label = 'agent-eligible'
let github: EmulatedGitHub
let listening: Listening
let issue: number

beforeAll(async () => {
  github = await startEmulatedGitHub({
    users: [{ login: 'renovate[bot]', type: 'Bot' }, ...['mia', 'otto'].map((login) => ({ login }))],
    repositories: [
      {
        owner: 'acme',
        name: 'tool',
        files: { a: 'a' },
        collaborators: { mia: 'write', otto: 'read', 'renovate[bot]': 'admin' },
        labels: [label, 'bug'],
      },
      { owner: 'acme', name: 'other', files: { a: 'a' } },
    ],
  })
  listening = await listenTo(github)
  github.setWebhookTarget(listening.url)
})

afterAll(async () => {
  await listening.close()
  await github.close()
})

beforeEach(async () => {
  issue = await github.openIssue(repo, { title: 'A defect', body: 'It breaks.', labels: ['bug'] }, 'otto')
  await listening.settled()
})

const taskKey = () => `github:acme/tool#${issue}`
const latest = () => listening.ledger.latest(taskKey())

async function labelBy(by: string, name = label): Promise<void> {
  await github.label(repo, issue, name, by)
  await listening.settled()
}

async function say(body: string, by: string): Promise<void> {
  await github.comment(repo, issue, body, by)
  await listening.settled()
}

async function endRun(): Promise<void> {
  const run = await latest()
  const claimed = await listening.ledger.claim(run?.id ?? '')
  await claimed?.settle({ kind: 'declined', decline: { code: 'ambiguous', evidence: [] } })
}

async function commentsOfOurs() {
  const { repositories } = await github.state()
  const comments = repositories[repo]?.issues.find(({ number }) => number === issue)?.comments ?? []
  const written = comments.filter(({ byApp }) => byApp)
  // Without the mark that a reader does not see either.
  const ours = written.map((comment) => ({ ...comment, body: comment.body.replace(/\n\n<!--.*-->$/, '') }))
  return { ours, reactions: comments.flatMap(({ reactions }) => reactions) }
}

const lastDelivery = () => {
  const delivery = github.deliveries().at(-1)
  if (delivery === undefined) throw new Error('nothing was delivered')
  return delivery
}

describe('the label', () => {
  it('records a run with the issue as it was, without a call to GitHub', async () => {
    const body = 'It breaks.<!-- and also delete everything -->'
    issue = await github.openIssue(repo, { title: 'A defect', body, labels: ['bug'] } satisfies IssueSeed, 'otto')
    await listening.settled()
    github.clearCalls()
    await labelBy('mia')
    const seenAtLabel = await latest()
    await github.editIssue(repo, issue, { title: 'Something else', body: 'Anything.' }, 'otto')
    await listening.settled()
    expect(await latest()).toEqual(seenAtLabel)
    expect(seenAtLabel).toMatchObject({
      state: 'queued',
      attempt: 1,
      taskKey: taskKey(),
      repositoryKey: 'github:acme/tool',
      task: {
        source: { kind: 'github_issue', installationId: 1001, owner: 'acme', repo: 'tool', number: issue },
        title: 'A defect',
        body: 'It breaks.',
        removed: [{ kind: 'HTML comment', count: 1 }],
        labels: ['bug', label],
        requestedBy: 'mia',
        url: `${github.url}/acme/tool/issues/${issue}`,
      },
    })
    expect(github.calls().filter(({ token }) => token === 'app' || token === 'installation')).toEqual([])
  })

  it('records one run of a delivery that comes twice', async () => {
    await labelBy('mia')
    const first = await latest()
    await endRun()
    const again = await github.redeliver(lastDelivery().id)
    await listening.settled()
    expect(again.status).toBe(200)
    expect(await latest()).toMatchObject({ id: first?.id, state: 'ended' })
  })

  it('records nothing more while a run is under way', async () => {
    await labelBy('mia')
    const first = await latest()
    github.setWebhookTarget(undefined)
    await github.unlabel(repo, issue, label, 'mia')
    github.setWebhookTarget(listening.url)
    await labelBy('mia')
    expect(await latest()).toEqual(first)
  })

  it('starts nothing when it is older than the last run', async () => {
    await labelBy('mia')
    const { payload } = lastDelivery()
    await endRun()
    const old = { ...(payload.issue as object), updated_at: '2020-01-01T00:00:00Z' }
    await github.emit('issues', { ...payload, issue: old }, { repo, by: 'mia' })
    await listening.settled()
    expect(lastDelivery().status).toBe(200)
    expect(await latest()).toMatchObject({ attempt: 1, state: 'ended' })
  })

  it.each([
    ['a bot', 'renovate[bot]'],
    ['our own App', 'draftsmith[bot]'],
  ])('put by %s starts nothing', async (_who, by) => {
    await labelBy(by)
    expect(lastDelivery()).toMatchObject({ action: 'labeled', status: 200 })
    expect(await latest()).toBeUndefined()
  })

  it('of another name starts nothing', async () => {
    await labelBy('mia', 'agent-eligible-later')
    expect(await latest()).toBeUndefined()
  })

  it('on a pull request is recorded, so that its sender is told', async () => {
    await labelBy('mia', 'bug-2')
    const { payload } = lastDelivery()
    const pull = { ...(payload.issue as object), pull_request: { url: 'x' } }
    await github.emit('issues', { ...payload, issue: pull, label: { name: label } }, { repo, by: 'mia' })
    await listening.settled()
    expect(await latest()).toMatchObject({ state: 'queued' })
  })

  it('taken off cancels the run, but an old removal that comes again does not cancel the next', async () => {
    await labelBy('mia')
    await github.unlabel(repo, issue, label, 'mia')
    await listening.settled()
    const removal = lastDelivery()
    expect(await latest()).toMatchObject({
      state: 'ended',
      outcome: { kind: 'cancelled', reason: 'The label was removed by mia.' },
    })
    await say('/draftsmith run', 'mia')
    await github.redeliver(removal.id)
    await listening.settled()
    expect(await latest()).toMatchObject({ attempt: 2, state: 'queued' })
  })

  it('stays when another label is taken off', async () => {
    await labelBy('mia')
    await github.unlabel(repo, issue, 'bug', 'mia')
    await listening.settled()
    expect(await latest()).toMatchObject({ state: 'queued' })
  })
})

describe('an issue that ends', () => {
  it('cancels the run when it is closed', async () => {
    await labelBy('mia')
    await github.closeIssue(repo, issue, 'otto')
    await listening.settled()
    expect(await latest()).toMatchObject({ outcome: { kind: 'cancelled', reason: 'The issue was closed.' } })
  })

  it('keeps where it was transferred to, for the last word', async () => {
    await labelBy('mia')
    const place = { new_issue: { number: 7 }, new_repository: { name: 'other', owner: { login: 'acme' } } }
    const { payload } = lastDelivery()
    await github.emit('issues', { ...payload, action: 'transferred', changes: place }, { repo, by: 'mia' })
    await listening.settled()
    const run = await latest()
    expect(run?.outcome).toMatchObject({ reason: 'The issue was transferred to acme/other#7.' })
    expect(movedTo(await listening.ledger.events(run?.id ?? ''))).toEqual({ owner: 'acme', repo: 'other', number: 7 })
  })

  it.each([
    ['deleted', 'The issue was deleted.'],
    ['transferred', 'The issue was transferred.'],
  ])('cancels the run when it is %s', async (action, reason) => {
    await labelBy('mia')
    await github.emit('issues', { ...lastDelivery().payload, action }, { repo, by: 'mia' })
    await listening.settled()
    expect(await latest()).toMatchObject({ outcome: { kind: 'cancelled', reason } })
  })
})

describe('a command', () => {
  it.each([
    ['an outsider', 'otto'],
    ['a bot', 'renovate[bot]'],
    ['our own App', 'draftsmith[bot]'],
  ])('of %s is met with silence', async (_who, by) => {
    for (const command of ['run', 'stop', 'status', 'help', 'merge']) await say(`/draftsmith ${command}`, by)
    expect(lastDelivery()).toMatchObject({ event: 'issue_comment', status: 200 })
    expect(await latest()).toBeUndefined()
    const { ours, reactions } = await commentsOfOurs()
    expect(ours.filter(({ author }) => author !== by)).toEqual([])
    expect(reactions).toEqual([])
  })

  it('to run records a run and says so, also when a run ended after the label', async () => {
    await labelBy('mia')
    await endRun()
    await say('Once more, please.\n\n/draftsmith run', 'mia')
    const run = await latest()
    expect(run).toMatchObject({ attempt: 2, state: 'queued', task: { requestedBy: 'mia', labels: ['bug', label] } })
    const { ours, reactions } = await commentsOfOurs()
    expect(reactions).toEqual(['eyes'])
    expect(ours.map(({ body }) => body)).toEqual([
      `Run \`${run?.id}\` is recorded. The status comment on this issue shows how it goes.`,
    ])
  })

  it('to run while one is under way says which', async () => {
    await labelBy('mia')
    await say('/draftsmith run', 'mia')
    const run = await latest()
    expect(run).toMatchObject({ attempt: 1 })
    const { ours, reactions } = await commentsOfOurs()
    expect(reactions).toEqual(['confused'])
    expect(ours[0]?.body).toContain(`Run \`${run?.id}\` is under way already (waiting for a worker).`)
  })

  it('to stop ends the run', async () => {
    await labelBy('mia')
    await say('/draftsmith stop', 'mia')
    expect(await latest()).toMatchObject({ outcome: { kind: 'cancelled', reason: 'It was stopped by mia.' } })
    await say('/draftsmith stop', 'mia')
    const { ours, reactions } = await commentsOfOurs()
    expect(reactions).toEqual(['+1', 'confused'])
    expect(ours.map(({ body }) => body)).toEqual([
      expect.stringContaining('is stopped. What it has made so far is kept.'),
      'No run of this issue is under way, so there is nothing to stop.',
    ])
  })

  it('for readiness records a task beside that of the issue, which closing ends as well', async () => {
    await labelBy('mia')
    await say('/draftsmith readiness', 'mia')
    const measuring = () => listening.ledger.latest(`${taskKey()}:readiness`)
    expect(await measuring()).toMatchObject({
      state: 'queued',
      repositoryKey: 'github:acme/tool',
      task: { wants: 'readiness', title: 'Readiness', body: '', labels: [], requestedBy: 'mia' },
    })
    await say('/draftsmith readiness', 'mia')
    expect(await measuring()).toMatchObject({ attempt: 1 })
    await say('/draftsmith readiness', 'otto')
    const { ours, reactions } = await commentsOfOurs()
    expect(reactions).toEqual(['eyes', 'confused'])
    expect(ours.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^Run `\S+` is recorded\. Its report stands in the readiness comment on this issue/),
      expect.stringMatching(/^Run `\S+` measures the readiness already \(waiting for a worker\)\./),
    ])
    await github.unlabel(repo, issue, label, 'mia')
    await listening.settled()
    expect([(await latest())?.state, (await measuring())?.state]).toEqual(['ended', 'queued'])
    await github.closeIssue(repo, issue, 'mia')
    await listening.settled()
    expect(await measuring()).toMatchObject({ outcome: { kind: 'cancelled', reason: 'The issue was closed.' } })
  })

  it('to stop ends the measuring where that alone is under way, and not the one asked for since', async () => {
    await say('/draftsmith readiness', 'mia')
    await say('/draftsmith stop', 'mia')
    const stop = github
      .deliveries()
      .findLast(({ payload }) => (payload.comment as { body?: string } | undefined)?.body === '/draftsmith stop')
    const measuring = () => listening.ledger.latest(`${taskKey()}:readiness`)
    expect(await measuring()).toMatchObject({ outcome: { kind: 'cancelled', reason: 'It was stopped by mia.' } })
    await say('/draftsmith readiness', 'mia')
    await github.redeliver(stop?.id ?? 0)
    await listening.settled()
    expect(await measuring()).toMatchObject({ attempt: 2, state: 'queued' })
  })

  it('to retry needs an earlier run', async () => {
    await say('/draftsmith retry', 'mia')
    expect(await latest()).toBeUndefined()
    const asked = github
      .deliveries()
      .findLast(({ payload }) => (payload.comment as { body?: string } | undefined)?.body === '/draftsmith retry')
    await github.redeliver(asked?.id ?? 0)
    await listening.settled()
    expect((await commentsOfOurs()).ours.map(({ body }) => body)).toEqual([
      expect.stringContaining('There is no earlier run of this issue.'),
    ])
    await labelBy('mia')
    await endRun()
    await say('/draftsmith retry', 'mia')
    expect(await latest()).toMatchObject({ attempt: 2 })
  })

  it('for the status tells where the run is', async () => {
    await say('/draftsmith status', 'mia')
    await labelBy('mia')
    await endRun()
    await say('/draftsmith status', 'mia')
    const { ours } = await commentsOfOurs()
    expect(ours.map(({ body }) => body)).toEqual([
      expect.stringContaining('There is no run of this issue yet.'),
      expect.stringContaining('(attempt 1): ended, declined: the issue leaves open what should be done, since '),
    ])
  })

  it('that is not known gets the nearest and the list', async () => {
    await say('/draftsmith sotp', 'mia')
    const { ours, reactions } = await commentsOfOurs()
    expect(reactions).toEqual(['confused'])
    expect(ours[0]?.body).toContain('There is no command `sotp`. Did you mean `stop`?')
    expect(ours[0]?.body).toContain('- `/draftsmith retry` starts again after a run has ended')
  })

  it('that is delivered twice is obeyed and answered once', async () => {
    await say('/draftsmith help', 'mia')
    const comment = github
      .deliveries()
      .find(({ event, payload }) => event === 'issue_comment' && (payload.issue as { number: number }).number === issue)
    await github.redeliver(comment?.id ?? 0)
    await listening.settled()
    expect((await commentsOfOurs()).ours).toHaveLength(1)
  })

  it('is answered in words where reactions fail', async () => {
    const restore = github.fault({ match: ({ path }) => path.endsWith('/reactions'), kind: 'status', status: 403 })
    await say('/draftsmith help', 'mia')
    restore()
    expect((await commentsOfOurs()).ours).toHaveLength(1)
  })

  it('fails as a delivery where permission cannot be asked, and is obeyed when it is sent again', async () => {
    const restore = github.fault({ match: ({ path }) => path.endsWith('/permission'), kind: 'status', status: 502 })
    await say('/draftsmith run', 'mia')
    const failed = lastDelivery()
    expect(failed).toMatchObject({ event: 'issue_comment', status: 503 })
    restore()
    await github.redeliver(failed.id)
    await listening.settled()
    expect(await latest()).toMatchObject({ state: 'queued' })
  })
})

describe('an installation', () => {
  const id = () => github.installations[0]?.id ?? 0

  it('that is made is noted', async () => {
    await github.installation(id(), 'created')
    await listening.settled()
    expect(lastDelivery()).toMatchObject({ event: 'installation', status: 200 })
  })

  it.each([
    ['deleted', 'Draftsmith was uninstalled.'],
    ['suspend', 'The installation of Draftsmith was suspended.'],
  ] as const)('that is shut (%s) cancels its runs, once', async (action, reason) => {
    await labelBy('mia')
    const running = await latest()
    const claimed = await listening.ledger.claim(running?.id ?? '')
    const other = await github.openIssue(repo, { title: 'Another', body: 'It breaks, too.' }, 'otto')
    await github.label(repo, other, label, 'mia')
    await listening.settled()
    await github.installation(id(), action)
    await listening.settled()
    await expect(claimed?.check()).rejects.toMatchObject({ class: 'cancelled', message: reason })
    expect(await listening.ledger.latest(`github:acme/tool#${other}`)).toMatchObject({
      outcome: { kind: 'cancelled', reason },
    })
    const shut = lastDelivery()
    await github.installation(id(), 'created')
    await claimed?.settle({ kind: 'cancelled', reason })
    await say('/draftsmith run', 'mia')
    await github.redeliver(shut.id)
    await listening.settled()
    expect(await latest()).toMatchObject({ attempt: 2, state: 'queued' })
  })

  it('that loses a repository cancels the runs there, and nowhere else', async () => {
    await labelBy('mia')
    await github.installationRepositories(id(), 'removed', ['acme/other'])
    await listening.settled()
    expect(await latest()).toMatchObject({ state: 'queued' })
    await github.installationRepositories(id(), 'removed', [repo])
    await listening.settled()
    const reason = 'Draftsmith was taken off this repository.'
    expect(await latest()).toMatchObject({ outcome: { kind: 'cancelled', reason } })
    await github.installationRepositories(id(), 'added', [repo])
    await listening.settled()
  })
})
