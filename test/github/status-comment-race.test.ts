import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StatusView } from '../../src/render/status-view.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { hosted, hostOn, startGitHub } from './fixture.ts'

let github: EmulatedGitHub

beforeAll(async () => {
  github = await startGitHub()
})

afterAll(() => github.close())

function view(tokens: number): StatusView {
  return {
    runId: 'r-0000000001',
    state: 'running',
    stages: [],
    plan: [],
    tokens,
    usd: 0,
    maxUsd: 5,
    at: '2026-01-02T03:04:05Z',
    notes: [],
    ignored: [],
  }
}

it('of two that look at the same moment and find none, one comment is left, and both go on with it', async () => {
  const { host, repository, full } = await hosted(github)
  const other = hostOn(repository)
  // Long enough that neither comment exists before both have looked.
  const calm = github.fault({
    match: ({ method, path }) => method === 'POST' && path.endsWith('/comments'),
    kind: 'delay',
    delayMs: 300,
  })
  await Promise.all([host.show(view(1)), other.show(view(2))])
  calm()
  const written = async () => (await github.state()).repositories[full]?.issues[0]?.comments ?? []
  expect(await written()).toHaveLength(1)
  const created = github
    .calls()
    .filter(({ method, path }) => method === 'POST' && path === `/repos/${full}/issues/1/comments`)
  expect(created).toHaveLength(2)

  await host.show(view(3))
  expect((await written()).map(({ body }) => body.split(' ').at(-1))).toEqual(['3'])
  await other.show(view(4))
  expect((await written()).map(({ body }) => body.split(' ').at(-1))).toEqual(['4'])
})

it('one that a process made which had stood still, and died before it looked, goes with the last word', async () => {
  const { host, repository, full } = await hosted(github)
  await host.show(view(1))
  const [first] = await repository.comments(1)
  await repository.createComment(1, first?.body ?? '')
  await host.show({ ...view(2), state: 'ended', outcome: { kind: 'cancelled', reason: 'enough' } })
  const written = (await github.state()).repositories[full]?.issues[0]?.comments ?? []
  expect(written).toMatchObject([{ id: first?.id }])
  expect(written[0]?.body.split(' ').at(-1)).toBe('2')
})
