// Nothing twice: deliveries that come again, labels that are put again, processes that die in the middle.
import { describe, expect, it } from 'vitest'
import { parseStatus } from '../../src/render/status.ts'
import type { Delivery } from '../support/emulated-github/types.ts'
import { describePostgres } from '../support/postgres.ts'
import {
  addRepository,
  commentsOn,
  ended,
  heldAt,
  type Issue,
  isAbout,
  label,
  labelled,
  mended,
  repositoryOf,
  statusOf,
  until,
} from './fixture.ts'
import { github, model, service, withGitHub, withService } from './with-service.ts'

withGitHub()

describePostgres('on PostgreSQL', () => {
  withService({ database: 'postgres', sandbox: 'none' })

  it('a redelivered webhook makes no second run, pull request or comment', async () => {
    const title = 'A defect whose label is delivered twice'
    model.add(mended(title))
    const repo = await addRepository(github)
    const number = await labelled(github, repo, { title })
    expect((await ended(service, { repo, number })).end).toBe('pull_request')
    const again = await github.redeliver(labelDelivery({ repo, number }).id)
    expect(again.status).toBe(200)
    await service.logged((line) => isAbout(line, { repo, number }) && line.answer === 'duplicate_delivery')
    const { pullRequests } = await repositoryOf(github, repo)
    expect(pullRequests).toHaveLength(1)
    expect(await commentsOn(github, { repo, number })).toHaveLength(1)
    expect(model.askedFor(title)).toHaveLength(5)
  })

  it('a label that is put again while a run is under way is ignored; after its end it starts the next attempt', async () => {
    const title = 'A defect whose label is put again'
    const { hold, reached, release } = heldAt('analyst', 0)
    model.add({ title, understanding: { questions: ['Which one?'] }, before: hold })
    const repo = await addRepository(github)
    const number = await labelled(github, repo, { title })
    await reached
    // GitHub announces no label that is there already; whoever takes it off and puts it back within a moment makes two events that may be late.
    const { payload } = labelDelivery({ repo, number })
    await github.emit('issues', payload, { repo, by: 'mia' })
    await service.logged((line) => isAbout(line, { repo, number }) && line.answer === 'already_under_way')
    await github.comment(repo, number, '/draftsmith run', 'mia')
    const reply = await until(async () =>
      (await commentsOn(github, { repo, number })).find(({ body }) => body.includes('is under way already')),
    )
    expect(reply.body).toContain('To start anew, first stop it with `/draftsmith stop`.')
    release()
    const first = await ended(service, { repo, number })
    expect(first.end).toBe('declined')

    // GitHub tells the time of a label in whole seconds.
    await until(async () => (new Date().getMilliseconds() < 100 ? true : undefined))
    await github.unlabel(repo, number, label, 'mia')
    await github.label(repo, number, label, 'mia')
    const second = await ended(service, { repo, number }, { attempt: 2 })
    expect(second.end).toBe('declined')
    expect(second.runId).not.toBe(first.runId)
    expect(await service.ledger.find(second.runId ?? '')).toMatchObject({ attempt: 2 })
    const status = await statusOf(github, { repo, number })
    expect(parseStatus(status)).toMatchObject({ runId: second.runId, outcome: 'declined' })
  })

  it('a second attempt goes on with the pull request of the first', async () => {
    const title = 'A defect that is tried a second time'
    model.add(mended(title))
    const repo = await addRepository(github)
    const number = await labelled(github, repo, { title })
    expect((await ended(service, { repo, number })).end).toBe('pull_request')
    const [pull] = (await repositoryOf(github, repo)).pullRequests
    await github.comment(repo, number, '/draftsmith retry', 'mia')
    const { runId } = await service.logged((line) => line.command === 'retry' && isAbout(line, { repo, number }))
    const end = await service.logged((line) => line.runId === runId && line.msg === 'run left the worker')
    expect(end).toMatchObject({ end: 'declined', code: 'duplicate_pull_request' })
    const status = await statusOf(github, { repo, number })
    expect(status).toContain('Declined: an open pull request is for this issue already')
    expect(status).toContain(`Pull request ${pull?.number} "${title}" is open, and it closes this issue.`)
    expect((await repositoryOf(github, repo)).pullRequests).toHaveLength(1)
  })
})

describe('a run that waits', () => {
  withService({ sandbox: 'none', env: { DRAFTSMITH_CONCURRENCY: '1' } })

  it('says so and how many are before it, to people with write access only; its worker goes on in the same comment', async () => {
    const title = 'A defect that keeps the only worker busy'
    const { hold, reached, release } = heldAt('analyst', 0)
    model.add({ title, understanding: { questions: ['How long?'] }, before: hold })
    const waiting = 'A defect that has to wait'
    model.add({ title: waiting, understanding: { questions: ['Until when?'] } })
    const repos = [
      await addRepository(github),
      await addRepository(github),
      await addRepository(github),
      await addRepository(github),
    ] as const
    const [busy, first, second, outside] = repos
    const number = await labelled(github, busy, { title })
    await reached
    await labelled(github, first, { title: `${waiting}, first` })
    await labelled(github, second, { title: `${waiting}, second` })
    await labelled(github, outside, { title: `${waiting} for nothing` }, 'otto')
    const stopped = await labelled(github, busy, { title: `${waiting} in vain` })

    const queued = await waitingComment({ repo: second, number: 1 })
    expect(queued).toContain('### ⏳ Waiting for a free worker')
    expect(queued).toContain('1 run is before this one.')
    expect(queued).toContain('Comment `/draftsmith stop` to stop it.')

    await waitingComment({ repo: busy, number: stopped })
    await github.unlabel(busy, stopped, label, 'mia')
    const told = await until(async () => {
      const [comment] = await commentsOn(github, { repo: busy, number: stopped })
      return comment?.body.includes('Stopped') ? comment.body : undefined
    })
    expect(told).toContain('### ⏹️ Stopped\n\nThe label was removed by mia.')

    release()
    for (const repo of [busy, first, second, outside]) await ended(service, { repo, number: 1 })
    expect(await statusOf(github, { repo: second, number: 1 })).toContain('Declined: the issue leaves open')
    expect(await statusOf(github, { repo: busy, number })).toContain('Declined: the issue leaves open')
    expect(await commentsOn(github, { repo: second, number: 1 })).toHaveLength(1)
    expect(await commentsOn(github, { repo: outside, number: 1 })).toEqual([])
  })

  async function waitingComment(issue: Issue): Promise<string> {
    return until(async () => {
      const [comment] = await commentsOn(github, issue)
      return comment && parseStatus(comment.body)?.state === 'queued' ? comment.body : undefined
    })
  }
})

function labelDelivery({ repo, number }: Issue): Delivery {
  const found = github.deliveries().find(({ event, action, payload }) => {
    const issue = payload.issue as { number?: number; html_url?: string } | undefined
    return event === 'issues' && action === 'labeled' && issue?.html_url?.endsWith(`/${repo}/issues/${number}`)
  })
  if (found === undefined) throw new Error('no such delivery')
  return found
}
