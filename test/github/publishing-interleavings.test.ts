// Every write of a publish and of a status, and what becomes of it when the process is killed right behind it, or sleeps right
// before it while another worker does everything: there is one of each in the end.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import { ownAddress, type PublishRequest, type TreeChange } from '../../src/publish/publication.ts'
import type { StatusView } from '../../src/render/status-view.ts'
import type { TaskHost } from '../../src/task/task-host.ts'
import type { EmulatedGitHub, RepositoryName } from '../support/emulated-github/types.ts'
import { appOn, freshRepository, headOf, hostOn, startGitHub } from './fixture.ts'
import { treeOf } from './tree-of.ts'

const files = { 'README.md': '# Tool\n', 'src/a.js': 'export const a = 1\n' }
const changes: TreeChange[] = [
  { path: 'src/a.js', blob: { mode: '100644', content: Buffer.from('export const a = 2\n') } },
]
let github: EmulatedGitHub
let tree: string

beforeAll(async () => {
  ;[github, tree] = await Promise.all([startGitHub(), treeOf(files, changes)])
})
afterAll(() => github.close())

describe('publishing', () => {
  it('leaves one branch and one pull request, behind whichever write its process is killed', async () => {
    const names = await writesOf((host, request) => host.publish(request))
    expect(names).toEqual([
      'POST git/blobs',
      'POST git/trees',
      'POST git/commits',
      'POST git/refs',
      'POST pulls',
      'PATCH pulls/2',
      'POST labels',
      'POST issues/2/labels',
      'POST pulls/2/requested_reviewers',
    ])
    const published = names.map(async (name, at) => {
      const scene = await openScene()
      await expect(scene.killedBehind(at + 1).publish(scene.request), name).rejects.toBeInstanceOf(Error)
      const { commitSha } = await scene.host().publish(scene.request)
      return { ...scene, name, commitSha }
    })
    await expectOnce(await Promise.all(published))
  })

  it('leaves one of each, before whichever write a worker sleeps while another one does it all', async () => {
    const names = await writesOf((host, request) => host.publish(request))
    const published = names.map(async (name, at) => {
      const scene = await openScene()
      const sleeper = scene.asleepBefore(at + 1)
      const late = sleeper.host.publish(scene.request).catch((thrown: unknown) => thrown)
      await sleeper.asleep
      const { commitSha } = await scene.host().publish(scene.request)
      sleeper.wake()
      const end = await late
      if (at + 1 < names.length) expect(end, name).toMatchObject({ class: expect.stringMatching(/fenced|conflict/) })
      return { ...scene, name, commitSha }
    })
    await expectOnce(await Promise.all(published))
  })
})

describe('the status comment', () => {
  const view = { runId: 'r-0000000001', state: 'running', tokens: 0 } as StatusView
  const tell = async (host: TaskHost, state: StatusView['state']) => {
    await host.show({ ...view, state })
    await host.flush()
  }

  it('is one, behind whichever write its process is killed', async () => {
    const names = await writesOf(async (host) => {
      await tell(host, 'running')
      await tell(host, 'ended')
    })
    expect(names).toEqual(['POST issues/1/comments', expect.stringMatching(/^PATCH issues\/comments\/\d+$/)])
    for (let nth = 1; nth <= names.length; nth += 1) {
      const scene = await openScene()
      const dying = scene.killedBehind(nth)
      await expect(tell(dying, 'running').then(() => tell(dying, 'ended'))).rejects.toBeInstanceOf(Error)
      await tell(scene.host(), 'ended')
      expect(await commentsOn(scene.full)).toEqual([expect.stringContaining('ended')])
    }
  })

  it('is one, and its last words stand, where a worker that made it wakes up late', async () => {
    const scene = await openScene()
    const sleeper = scene.asleepBefore(1)
    const late = tell(sleeper.host, 'running')
    await sleeper.asleep
    await tell(scene.host(), 'ended')
    sleeper.wake()
    await late
    expect(await commentsOn(scene.full)).toEqual([expect.stringContaining('ended')])
  })
})

interface Scene {
  full: RepositoryName
  request: PublishRequest
  host(): TaskHost
  /** Its process dies when GitHub has done the nth write: it hears no answer and makes no call any more. */
  killedBehind(nth: number): TaskHost
  /** Sleeps before the nth write; from then on the run is another worker's. */
  asleepBefore(nth: number): { host: TaskHost; asleep: Promise<void>; wake(): void }
}

type Fetch = typeof globalThis.fetch

async function openScene(onWrite: (name: string) => void = () => {}): Promise<Scene> {
  const { full, name, installationId, repository } = await freshRepository(github, { issues: [{ title: 'A defect' }] })
  const place = `/repos/acme/${name}/`
  /** Calls `write` around each write to this repository. */
  const hostWith = (
    write: (nth: number, send: () => Promise<Response>) => Promise<Response>,
    fence = async () => {},
  ) => {
    let writes = 0
    const watched: Fetch = (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      const send = () => fetch(input, init)
      if (init?.method === 'GET' || !pathname.startsWith(place)) return write(0, send)
      writes += 1
      onWrite(`${init?.method} ${pathname.slice(place.length)}`)
      return write(writes, send)
    }
    return hostOn(appOn(github, { fetch: watched }).repository(installationId, 'acme', name), { fence })
  }
  return {
    full,
    request: requestFor(await headOf(repository)),
    host: () => hostWith((_, send) => send()),
    killedBehind(nth) {
      let dead = false
      return hostWith(async (at, send) => {
        if (dead) throw new TypeError('the process is dead')
        const answer = await send()
        dead ||= at === nth
        if (dead) throw new TypeError('the process is dead')
        return answer
      })
    },
    asleepBefore(nth) {
      const [asleep, awake] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      let taken = false
      const fence = async () => {
        if (taken) throw new Fault('fenced', 'fenced', 'Another worker has taken over.')
      }
      const host = hostWith(async (at, send) => {
        if (at !== nth) return send()
        taken = true
        asleep.resolve()
        await awake.promise
        return send()
      }, fence)
      return { host, asleep: asleep.promise, wake: awake.resolve }
    },
  }
}

/** The writes of one that nothing happens to, in order. */
async function writesOf(work: (host: TaskHost, request: PublishRequest) => Promise<unknown>): Promise<string[]> {
  const names: string[] = []
  const scene = await openScene((name) => void names.push(name))
  await work(scene.host(), scene.request)
  return names
}

function requestFor(baseCommit: string): PublishRequest {
  const runId = 'r-0000000001'
  return {
    runId,
    form: 'draft',
    verified: true,
    branch: 'agent/issue-1',
    baseBranch: 'main',
    baseCommit,
    treeSha: tree,
    changes,
    patch: '',
    commitMessage: `fix: a\n\nDraftsmith-Run: ${runId}`,
    title: 'Fix a',
    body: `Fixes #1; see ${ownAddress}`,
    labels: ['agent-generated'],
    reviewers: ['mia'],
  }
}

interface PublishedScene extends Scene {
  /** The write at which it happened. */
  name: string
  commitSha?: string
}

async function expectOnce(scenes: PublishedScene[]): Promise<void> {
  const { repositories } = await github.state()
  for (const { full, request, name, commitSha } of scenes) {
    const { branches, pullRequests = [] } = repositories[full] ?? {}
    expect(branches, name).toEqual({ main: request.baseCommit, 'agent/issue-1': commitSha })
    const body = `Fixes #1; see ${github.url}/${full}/pull/2`
    const pull = { title: 'Fix a', body, labels: request.labels, requestedReviewers: ['mia'] }
    expect(pullRequests, name).toMatchObject([pull])
  }
}

async function commentsOn(full: RepositoryName): Promise<string[]> {
  return (await github.state()).repositories[full]?.issues[0]?.comments.map(({ body }) => body) ?? []
}
