// What GitHub leaves an installation of its calls: told by headers, shared by processes, kept for people when it is little.
import { generateKeyPairSync } from 'node:crypto'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Standing, StandingStore } from '../../src/github/call-budget.ts'
import type { GitHubAppOptions } from '../../src/github/octokit-github.ts'
import { createGitHubApp } from '../../src/github/octokit-github.ts'
import { createSharedCallBudget } from '../../src/github/shared-call-budget.ts'
import { silent } from './fixture.ts'

const apiUrl = 'https://api.github.com'
const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const installation = 5
const minute = 60_000
const inAnHour = () => Math.floor(Date.now() / 1_000) * 1_000 + 60 * minute

class MemoryStore implements StandingStore {
  readonly written: Standing[] = []
  reads = 0
  there: Standing | undefined

  async read(): Promise<Standing | undefined> {
    this.reads += 1
    return this.there
  }

  async join(_: number, standing: Standing): Promise<void> {
    this.written.push(standing)
    this.there = standing
  }
}

beforeEach(() => nock.disableNetConnect())
afterEach(() => {
  const left = nock.pendingMocks()
  nock.cleanAll()
  nock.enableNetConnect()
  expect(left).toEqual([])
})

function app(store: StandingStore, options: Partial<GitHubAppOptions> = {}) {
  const budget = createSharedCallBudget({ store, log: silent, now: Date.now })
  const github = { appId: 1, privateKey, apiUrl, writeSpacingMs: 0, userAgent: 'test', log: silent, retryUnitMs: 1 }
  return createGitHubApp({ ...github, budget, ...options })
}

const token = () =>
  nock(apiUrl)
    .post(`/app/installations/${installation}/access_tokens`)
    .reply(201, { token: 'ghs_1', expires_at: new Date(Date.now() + 60 * minute).toISOString(), permissions: {} })
const issue = (status: number, headers: Record<string, string>, message = 'No.') =>
  nock(apiUrl)
    .get('/repos/acme/tool/issues/1')
    .reply(status, status === 200 ? { number: 1, labels: [], user: null } : { message }, headers)
const left = (remaining: number, resetsAt = inAnHour()) => ({
  'x-ratelimit-limit': '5000',
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(resetsAt / 1_000),
  'x-ratelimit-resource': 'core',
})

describe('the calls of an installation', () => {
  const read = (github = app(new MemoryStore())) => github.repository(installation, 'acme', 'tool').issue(1)

  it('are counted as GitHub tells, and written for the others now and then', async () => {
    const store = new MemoryStore()
    const repository = app(store).repository(installation, 'acme', 'tool')
    token()
    issue(200, left(4_000))
    issue(200, left(3_999))
    issue(200, { ...left(3), 'x-ratelimit-resource': 'search' })
    for (let asked = 0; asked < 3; asked++) await repository.issue(1)
    expect(store.written).toEqual([expect.objectContaining({ limit: 5_000, remaining: 4_000 })])
    expect(store.reads).toBe(1)
  })

  it('are told to the others at once when few are left', async () => {
    const store = new MemoryStore()
    const repository = app(store).repository(installation, 'acme', 'tool')
    token()
    issue(200, left(1_001))
    issue(200, left(999))
    issue(200, left(998))
    for (let asked = 0; asked < 3; asked++) await repository.issue(1)
    expect(store.written.map(({ remaining }) => remaining)).toEqual([1_001, 999])
  })

  it('are not made where another process has learnt that there are none, whoever asks', async () => {
    const store = new MemoryStore()
    store.there = { limit: 5_000, remaining: 0, resetsAt: inAnHour() }
    token()
    await expect(read(app(store))).rejects.toMatchObject({
      class: 'infrastructure',
      code: 'github_rate_limited',
      data: { retryAfterMs: expect.any(Number) },
    })
  })

  it('are left to people when few are left, and made again when the hour is over', async () => {
    const store = new MemoryStore()
    store.there = { limit: 5_000, remaining: 900, resetsAt: inAnHour() }
    const github = app(store)
    token()
    await expect(read(github.inBackground())).rejects.toMatchObject({
      class: 'infrastructure',
      code: 'github_budget_low',
      message: '900 of 5000 calls to GitHub are left, which are kept for people who wait for an answer.',
    })
    token()
    await expect(github.inBackground().reachable(installation)).rejects.toMatchObject({ code: 'github_budget_low' })
    token()
    issue(200, left(899))
    expect(await read(github)).toMatchObject({ number: 1 })

    const over = new MemoryStore()
    over.there = { limit: 5_000, remaining: 0, resetsAt: Date.now() - 1 }
    token()
    issue(200, left(4_999))
    expect(await read(app(over).inBackground())).toMatchObject({ number: 1 })
  })

  it.each<[string, number, Record<string, string>, string]>([
    ['secondary', 403, { 'retry-after': '600' }, 'You have exceeded a secondary rate limit'],
    ['secondary', 403, { 'retry-after': '600' }, 'Slow down'],
    ['primary', 403, left(0), 'API rate limit exceeded for installation ID 5'],
  ])('that meet the %s limit with %i %j close it for all processes', async (limit, status, headers, message) => {
    const store = new MemoryStore()
    const met: string[] = []
    token()
    issue(status, headers, message)
    const first = read(app(store, { limited: (kind) => met.push(kind) }))
    await expect(first).rejects.toMatchObject({ code: 'github_rate_limited', data: { limit } })
    expect(met).toEqual([limit])
    expect(store.there?.closedUntil).toBeGreaterThan(Date.now() + 9 * minute)
    token()
    await expect(read(app(store))).rejects.toMatchObject({ code: 'github_rate_limited' })
  })

  it('are not those of the App itself, whose limits are its own', async () => {
    const store = new MemoryStore()
    const met: string[] = []
    nock(apiUrl)
      .post(`/app/installations/${installation}/access_tokens`)
      .reply(403, { message: 'You have exceeded a secondary rate limit' }, { 'retry-after': '9' })
    token()
    issue(200, left(4_000))
    await read(app(store, { limited: (kind) => met.push(kind) }))
    expect(met).toEqual(['secondary'])
    expect(store.written).toEqual([expect.not.objectContaining({ closedUntil: expect.anything() })])
  })

  it('wait for a limit that is nearly over', async () => {
    const store = new MemoryStore()
    store.there = { limit: 5_000, remaining: 4_000, resetsAt: inAnHour(), closedUntil: Date.now() + 150 }
    const begun = Date.now()
    token()
    issue(200, left(3_999))
    await read(app(store))
    expect(Date.now() - begun).toBeGreaterThanOrEqual(100)
  })

  it('wait for it too where nobody waits for the answer, while enough is left', async () => {
    const store = new MemoryStore()
    store.there = { limit: 5_000, remaining: 4_973, resetsAt: inAnHour(), closedUntil: Date.now() + 150 }
    const begun = Date.now()
    token()
    issue(200, left(4_972))
    await read(app(store).inBackground())
    expect(Date.now() - begun).toBeGreaterThanOrEqual(100)
  })

  it('go on where the database does not answer', async () => {
    const broken: StandingStore = {
      read: () => Promise.reject(new Error('away')),
      join: () => Promise.reject(new Error('away')),
    }
    token()
    issue(200, left(10))
    expect(await read(app(broken))).toMatchObject({ number: 1 })
  })

  it('give their token back whatever is left', async () => {
    const store = new MemoryStore()
    const repository = app(store).repository(installation, 'acme', 'tool')
    token()
    const { revoke } = await repository.cloneSource()
    store.there = { limit: 5_000, remaining: 0, resetsAt: inAnHour() }
    nock(apiUrl).delete('/installation/token').reply(204)
    await revoke()
  })
})
