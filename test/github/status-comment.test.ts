import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import type { StatusView } from '../../src/render/status-view.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { appOn, hosted, hostOn, startGitHub, texts } from './fixture.ts'

let github: EmulatedGitHub

beforeAll(async () => {
  github = await startGitHub()
})

afterAll(() => github.close())

function view(tokens: number, state: StatusView['state'] = 'running'): StatusView {
  return {
    runId: 'r-0000000001',
    state,
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

/** A clock whose timers go off when the test says so. */
function handClock() {
  let time = 1_000_000
  const timers = new Set<{ at: number; call: () => void }>()
  return {
    now: () => time,
    after: (ms: number, call: () => void) => {
      const timer = { at: time + ms, call }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    pass(ms: number) {
      time += ms
      for (const timer of [...timers].filter(({ at }) => at <= time)) {
        timers.delete(timer)
        timer.call()
      }
    },
    timers,
  }
}

describe('show', () => {
  const bodies = async (full: `${string}/${string}`) =>
    (await github.state()).repositories[full]?.issues[0]?.comments.map(({ body }) => body)

  it('writes the first at once, merges what follows, and flushes the last', async () => {
    const clock = handClock()
    const { host, full, name } = await hosted(
      github,
      {},
      { statusIntervalMs: 5_000, now: clock.now, after: clock.after },
    )
    await host.show(view(1))
    expect(await bodies(full)).toEqual([texts.renderStatus(view(1))])
    for (const tokens of [2, 3, 4]) await host.show(view(tokens))
    expect(clock.timers.size).toBe(1)
    clock.pass(4_999)
    expect(await bodies(full)).toEqual([texts.renderStatus(view(1))])
    await host.show(view(5, 'ended'))
    await host.flush()
    expect(await bodies(full)).toEqual([texts.renderStatus(view(5, 'ended'))])
    expect(clock.timers.size).toBe(0)
    const edits = github
      .calls()
      .filter(({ method, path }) => method === 'PATCH' && path.startsWith(`/repos/acme/${name}/`))
    expect(edits).toHaveLength(1)
  })

  it('writes what waits when its time has come', async () => {
    const clock = handClock()
    const { host, full } = await hosted(github, {}, { statusIntervalMs: 5_000, now: clock.now, after: clock.after })
    await host.show(view(1))
    await host.show(view(2))
    clock.pass(5_000)
    await expect.poll(() => bodies(full)).toEqual([texts.renderStatus(view(2))])
  })

  it('goes on in the comment of an earlier process, never in one that somebody copied', async () => {
    const { host, full, repository } = await hosted(github)
    await github.comment(full, 1, '<!-- status 1 -->\nI am the status', 'otto')
    await repository.createComment(1, 'An answer to a command')
    await host.show(view(1))
    const next = hostOn(repository)
    await next.show(view(2))
    expect(await bodies(full)).toEqual([
      '<!-- status 1 -->\nI am the status',
      'An answer to a command',
      texts.renderStatus(view(2)),
    ])
  })

  it('does not throw where it cannot write, and tries again with the next', async () => {
    const { host, full, name } = await hosted(github)
    const restore = github.fault({
      match: ({ path }) => path === `/repos/acme/${name}/issues/1/comments`,
      kind: 'status',
      status: 403,
      body: { message: 'Resource not accessible by integration' },
    })
    await host.show(view(1))
    expect(await bodies(full)).toEqual([])
    restore()
    await host.flush()
    expect(await bodies(full)).toEqual([texts.renderStatus(view(1))])
  })

  it('says whether the last one may be written later', async () => {
    const { host, full, name } = await hosted(github)
    const restore = github.fault({
      match: ({ path }) => path === `/repos/acme/${name}/issues/1/comments`,
      kind: 'status',
      status: 502,
      body: { message: 'Bad gateway' },
    })
    await host.show(view(1))
    await expect(host.flush()).rejects.toMatchObject({ class: 'infrastructure' })
    restore()
    await host.flush()
    expect(await bodies(full)).toEqual([texts.renderStatus(view(1))])
  })

  it('has its last word where the issue was moved to, and is given up where nobody may write there', async () => {
    const to = await hosted(github)
    const { host, full } = await hosted(github, {}, { movedTo: async () => ({ repository: to.repository, issue: 1 }) })
    await host.show(view(1))
    await host.show(view(2, 'ended'))
    expect(await bodies(full)).toEqual([texts.renderStatus(view(1))])
    expect(await bodies(to.full)).toEqual([texts.renderStatus(view(2, 'ended'))])
    const nowhere = appOn(github).repository(to.installationId, 'acme', 'nowhere')
    const { host: lost } = await hosted(github, {}, { movedTo: async () => ({ repository: nowhere, issue: 1 }) })
    await lost.show(view(3, 'ended'))
    await expect(lost.flush()).resolves.toBeUndefined()
  })

  it('is silent once another worker owns the run, but still says that a run was cancelled', async () => {
    let fault: Fault | undefined = new Fault('fenced', 'fenced', 'Another worker has it.')
    const fence = async () => {
      if (fault) throw fault
    }
    const { host, full } = await hosted(github, {}, { fence })
    await host.show(view(1))
    expect(await bodies(full)).toEqual([])
    fault = new Fault('cancelled', 'cancelled', 'Stopped by mia.')
    await host.show(view(2))
    expect(await bodies(full)).toEqual([texts.renderStatus(view(2))])
  })
})
