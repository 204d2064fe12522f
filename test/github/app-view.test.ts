import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { appOn, freshRepository, startGitHub } from './fixture.ts'

const label = 'agent-eligible'
let github: EmulatedGitHub

beforeAll(async () => {
  github = await startGitHub()
})
afterAll(() => github.close())

describe('what GitHub has sent', () => {
  beforeEach(() => github.clearFaults())

  it('is listed newest first, with whether it was taken, and sent again under the same guid', async () => {
    const app = appOn(github)
    const since = new Date(Math.floor(Date.now() / 1_000) * 1_000)
    const { full } = await freshRepository(github, { labels: [label] })
    await github.label(full, 1, label, 'mia')
    await github.delivered()
    const [lost] = await app.deliveries(since)
    expect(lost).toMatchObject({ event: 'issues.labeled', redelivery: false, taken: false })
    expect(lost?.at.getTime()).toBeGreaterThanOrEqual(since.getTime())
    await app.redeliver(lost?.id ?? 0)
    const [again] = await app.deliveries(since)
    expect(again).toMatchObject({ guid: lost?.guid, event: 'issues.labeled', redelivery: true })
    expect(again?.id).not.toBe(lost?.id)
    expect(await app.deliveries(new Date(Date.now() + 60_000))).toEqual([])
  })

  it('is read no further back than asked for', async () => {
    for (let nth = 0; nth < 3; nth += 1) await github.emit('ping', {}, { installationId: 1001 })
    github.clearCalls()
    await appOn(github).deliveries(new Date(Date.now() + 60_000))
    expect(github.calls().filter(({ path }) => path === '/app/hook/deliveries')).toHaveLength(1)
  })
})

it('names its installations, and the repositories there that have issues', async () => {
  const { name, full, installationId } = await freshRepository(github)
  const app = appOn(github)
  expect(await app.installations()).toContainEqual({
    id: installationId,
    createdAt: expect.any(Date),
    suspended: false,
  })
  expect(await app.reachable(installationId)).toContainEqual({ owner: 'acme', name, defaultBranch: 'main' })
  for (const settings of [{ archived: true }, { archived: false, issuesEnabled: false }]) {
    github.configure(full, settings)
    expect(await app.reachable(installationId)).not.toContainEqual({ owner: 'acme', name, defaultBranch: 'main' })
  }
  expect(github.tokens().filter(({ permissions, state }) => !permissions.issues && state === 'alive')).toEqual([])
})

it('finds open issues with the label that changed since, and who put it', async () => {
  const issues = [{ title: 'One', body: 'It breaks.' }, { title: 'Two' }, { title: 'Three' }, { title: 'Four' }]
  const { repository, full } = await freshRepository(github, { labels: [label, 'bug'], issues })
  for (const issue of [1, 2]) await github.label(full, issue, label, issue === 1 ? 'mia' : 'renovate[bot]')
  await github.label(full, 3, label, 'mia')
  await github.closeIssue(full, 3, 'mia')
  await github.label(full, 4, 'bug', 'mia')
  const found = await repository.labelledIssues(label)
  expect(found.map(({ number }) => number).sort()).toEqual([1, 2])
  expect(found.find(({ number }) => number === 1)).toMatchObject({
    title: 'One',
    body: 'It breaks.',
    labels: [label],
    url: `${github.url}/${full}/issues/1`,
  })
  const at = expect.stringMatching(/^\d{4}-.*:\d\dZ$/)
  expect(await repository.labelling(1, 'Agent-Eligible')).toEqual({ by: 'mia', isBot: false, at })
  expect(await repository.labelling(2, label)).toEqual({ by: 'renovate[bot]', isBot: true, at })
  expect(await repository.labelling(4, label)).toBeUndefined()
  expect(await repository.labelledIssues(label, new Date(Date.now() + 60_000))).toEqual([])
})
