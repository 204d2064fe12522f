// A run that is stopped waits for no call: not for a limit, not for its turn, not for another attempt.
import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import type { CallBudget, Standing } from '../../src/github/call-budget.ts'
import { createGitHubApp } from '../../src/github/octokit-github.ts'
import { silent } from './fixture.ts'

// Without TLS: a connection of nock's that is broken off leaves an error in OpenSSL's queue, which the next key then meets.
const apiUrl = 'http://api.github.test'
const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const installation = 5
const stopped = new Fault('cancelled', 'cancelled', 'stopped by mona')

beforeEach(() => nock.disableNetConnect())
afterEach(() => {
  nock.abortPendingRequests()
  nock.cleanAll()
  nock.enableNetConnect()
})

/** `closedForMs`: what the other processes know. */
function scene({ closedForMs = 0, retryUnitMs = 1_000, writeSpacingMs = 0 } = {}) {
  const standing: Standing = { limit: 5_000, remaining: 4_000, resetsAt: Date.now() + 60_000 }
  let asked = false
  const budget: CallBudget = {
    standing: async () => {
      asked = true
      return { ...standing, closedUntil: Date.now() + closedForMs }
    },
    note: () => {},
    close: () => {},
  }
  const options = { appId: 1, privateKey, apiUrl, writeSpacingMs, userAgent: 'test', log: silent, retryUnitMs, budget }
  const repository = createGitHubApp(options).repository(installation, 'acme', 'tool')
  const controller = new AbortController()
  repository.endWith(controller.signal)
  return { repository, stop: () => controller.abort(stopped), wasAsked: () => asked }
}

const token = (delayMs = 0) =>
  nock(apiUrl)
    .post(`/app/installations/${installation}/access_tokens`)
    .delay(delayMs)
    .reply(201, { token: 'ghs_1', expires_at: new Date(Date.now() + 3_600_000).toISOString(), permissions: {} })
const issue = () => nock(apiUrl).get('/repos/acme/tool/issues/1')
const comment = () => nock(apiUrl).post('/repos/acme/tool/issues/1/comments')
const limited = { message: 'You have exceeded a secondary rate limit' }

/** How the call ended, and how long after the stop, which comes once it waits. */
async function endOf(call: Promise<unknown>, stop: () => void, waits: () => boolean) {
  const end = call.catch((thrown: unknown) => thrown)
  await expect.poll(waits, { timeout: 20_000, interval: 10 }).toBe(true)
  const at = performance.now()
  stop()
  return { end: await end, ms: performance.now() - at }
}

describe('a call of a run that is stopped', () => {
  it('waits no longer for a limit that is known', async () => {
    const { repository, stop, wasAsked } = scene({ closedForMs: 50_000 })
    token()
    const { end, ms } = await endOf(repository.issue(1), stop, wasAsked)
    expect(end).toBe(stopped)
    expect(ms).toBeLessThan(2_000)
  })

  it.each(['a limit that it has met', 'its next attempt'])('waits no longer for %s', async (what) => {
    const { repository, stop } = scene()
    token()
    const answered =
      what === 'its next attempt'
        ? issue().reply(502, { message: 'Bad gateway' })
        : issue().reply(403, limited, { 'retry-after': '50' })
    const { end, ms } = await endOf(repository.issue(1), stop, () => answered.isDone())
    expect(end).toBe(stopped)
    expect(ms).toBeLessThan(2_000)
  })

  it('waits no longer for an answer that it only reads', async () => {
    const { repository, stop } = scene()
    token()
    const asked = issue().delay(20_000).reply(200, {})
    expect((await endOf(repository.issue(1), stop, () => asked.isDone())).end).toBe(stopped)
  })

  it('is never sent afterwards', async () => {
    const { repository, stop } = scene({ retryUnitMs: 10 })
    token()
    const first = comment().reply(403, limited, { 'retry-after': '50' })
    const second = comment().reply(201, { id: 8 })
    const { end } = await endOf(repository.createComment(1, 'hello'), stop, () => first.isDone())
    expect(end).toBe(stopped)
    // Its wait for the limit is over by then.
    await sleep(800)
    expect(second.isDone()).toBe(false)
    await expect(repository.createComment(1, 'hello')).rejects.toBe(stopped)
  })

  it('is waited for where it is writing already', async () => {
    const { repository, stop } = scene()
    token()
    const sent = comment().delay(600).reply(201, { id: 8 })
    expect((await endOf(repository.createComment(1, 'hello'), stop, () => sent.isDone())).end).toBe(8)
  })

  it('waits for no token, and gives back one that comes too late', async () => {
    const { repository, stop } = scene()
    const asked = token(600)
    const revoked = nock(apiUrl).delete('/installation/token').reply(204)
    const { end } = await endOf(repository.issue(1), stop, () => asked.isDone())
    expect(end).toBe(stopped)
    expect(revoked.isDone()).toBe(false)
    await expect.poll(() => revoked.isDone(), { timeout: 20_000 }).toBe(true)
  })

  it('can be made again to tell the end', async () => {
    const { repository, stop } = scene()
    stop()
    await expect(repository.issue(1)).rejects.toBe(stopped)
    repository.endWith(undefined)
    token()
    issue().reply(200, { number: 1, labels: [], user: null })
    expect(await repository.issue(1)).toMatchObject({ number: 1 })
  })
})
