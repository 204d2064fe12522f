import { beforeEach, expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import type { DeliveryFacts } from '../../src/github/github.ts'
import { createRedeliverLost } from '../../src/reconcile/redeliver-lost.ts'
import { appOn, silent } from '../github/fixture.ts'
import { type Listening, listenTo } from '../intake/listening.ts'
import { startEmulatedGitHub } from '../support/emulated-github/emulated-github.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { going, minute } from './scene.ts'

const label = 'agent-eligible'
const start = Date.now()
let memory: unknown
let passed: number

const now = () => new Date(start + passed * minute)
const taken: DeliveryFacts = {
  id: 1,
  guid: 'a',
  at: new Date(start),
  event: 'issues.labeled',
  redelivery: false,
  taken: true,
}
const lost = { ...taken, taken: false }

beforeEach(() => {
  memory = undefined
  passed = 5
})

/** One round over what GitHub lists; the ids that were asked for again. */
async function round(deliveries: DeliveryFacts[], redeliver = async (_: number) => {}) {
  const again: number[] = []
  const github = {
    deliveries: async (since: Date) => deliveries.filter(({ at }) => at >= since),
    redeliver: async (id: number) => {
      await redeliver(id)
      again.push(id)
    },
  }
  const end = await createRedeliverLost({ github, everyMs: minute, log: silent, now }).round(memory, going)
  memory = JSON.parse(JSON.stringify(end.memory))
  return again
}

it('asks for what was not taken in any attempt, when it has had time to settle', async () => {
  const attempts = [
    { ...lost, id: 4, guid: 'b', redelivery: true },
    { ...taken, id: 3, guid: 'b' },
    { ...lost, id: 2, guid: 'young', at: new Date(start + 4.8 * minute) },
    { ...lost, id: 1 },
  ]
  expect(await round(attempts)).toEqual([1])
  passed = 6
  expect(await round(attempts)).toEqual([2])
})

it('asks again with growing pauses, five times in all, and never after it was taken', async () => {
  const asked: number[] = []
  for (passed = 5; passed < 600; passed += 5) {
    const attempts = asked.map((at, nth) => ({
      ...lost,
      id: 2 + nth,
      at: new Date(start + at * minute),
      redelivery: true,
    }))
    if ((await round([...attempts.reverse(), lost])).length > 0) asked.push(passed)
  }
  expect(asked).toEqual([5, 10, 20, 40, 80])
  memory = undefined
  passed = 5
  expect(await round([lost])).toEqual([1])
  passed = 10
  expect(await round([{ ...taken, id: 2, redelivery: true, at: now() }, lost])).toEqual([])
  passed = 30
  expect(await round([])).toEqual([])
})

it('goes on from what it has looked at, three days back at most', async () => {
  passed = 5 * 24 * 60
  expect(await round([{ ...lost, id: 7, at: new Date(now().getTime() - 2 * 24 * 60 * minute) }, lost])).toEqual([7])
  memory = { upTo: now(), lost: {} }
  expect(await round([{ ...lost, id: 8, at: new Date(now().getTime() - 60 * minute) }])).toEqual([])
})

it('leaves out what GitHub does not keep any more, and stops where GitHub is away', async () => {
  const gone = async (id: number) => {
    if (id === 1) throw new Fault('invalid_input', 'github_not_found', 'There is no such delivery.')
  }
  expect(await round([lost, { ...lost, id: 2, guid: 'b' }], gone)).toEqual([2])
  memory = undefined
  const away = new Fault('infrastructure', 'github_unreachable', 'GitHub does not answer.')
  await expect(round([lost], () => Promise.reject(away))).rejects.toBe(away)
})

it('brings a label that nobody heard to the intake, with the issue as it was then', async () => {
  const seed = {
    owner: 'acme',
    name: 'tool',
    files: { a: 'a' },
    collaborators: { mia: 'write' as const },
    labels: [label],
  }
  const github = await startEmulatedGitHub({ users: [{ login: 'mia' }], repositories: [seed] })
  const listening = await listenTo(github)
  try {
    await labelUnheard(github)
    github.setWebhookTarget(listening.url)
    const duty = createRedeliverLost({ github: appOn(github), everyMs: minute, log: silent, now })
    const first = await duty.round(undefined, going)
    await listening.settled()
    expect(await latest(listening)).toMatchObject({ state: 'queued', task: { body: 'It breaks.', requestedBy: 'mia' } })
    passed += 60
    expect((await duty.round(first.memory, going)).found).toEqual({ again: 0 })
  } finally {
    await listening.close()
    await github.close()
  }
})

async function labelUnheard(github: EmulatedGitHub): Promise<void> {
  await github.openIssue('acme/tool', { title: 'A defect', body: 'It breaks.' }, 'mia')
  await github.label('acme/tool', 1, label, 'mia')
  await github.editIssue('acme/tool', 1, { body: 'Something else.' }, 'mia')
  await github.delivered()
}

const latest = ({ ledger }: Listening) => ledger.latest('github:acme/tool#1')
