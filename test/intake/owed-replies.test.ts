// Answers to commands that could not be said at once, or of which nobody knows whether they were.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { tellReply } from '../../src/intake/tell-reply.ts'
import { createTellReplies } from '../../src/reconcile/tell-replies.ts'
import { repliedTo } from '../../src/render/command-replies.ts'
import { silent } from '../github/fixture.ts'
import { startEmulatedGitHub } from '../support/emulated-github/emulated-github.ts'
import type { EmulatedGitHub, FaultSeed } from '../support/emulated-github/types.ts'
import { type Listening, listenTo } from './listening.ts'

const repo = 'acme/tool'
const minute = 60_000
let github: EmulatedGitHub
let listening: Listening
let issue: number
let passed = 0
/** The process dies before it knows what to say. */
let dying = false

beforeAll(async () => {
  github = await startEmulatedGitHub({
    users: [{ login: 'mia' }],
    repositories: [{ owner: 'acme', name: 'tool', files: { a: 'a' }, collaborators: { mia: 'write' } }],
  })
  listening = await listenTo(github, {
    now: () => new Date(Date.now() + passed * minute),
    replies: (real) => ({
      ...real,
      word: async (...given) => (dying ? Promise.reject(new Error('dead')) : real.word(...given)),
    }),
  })
  github.setWebhookTarget(listening.url)
})

afterAll(async () => {
  await listening.close()
  await github.close()
})

beforeEach(async () => {
  passed = 0
  issue = await github.openIssue(repo, { title: 'A defect' }, 'mia')
  await listening.settled()
})

async function command(words: string): Promise<void> {
  await github.comment(repo, issue, words, 'mia')
  await listening.settled()
}

/** While writes of comments fail so. */
async function failing(fault: Omit<FaultSeed, 'match'>, work: () => Promise<void>): Promise<void> {
  const mend = github.fault({
    ...fault,
    match: ({ method, path }) => method === 'POST' && path.endsWith(`/issues/${issue}/comments`),
  })
  await work()
  mend()
}

async function round(): Promise<Record<string, number>> {
  const { parts } = listening
  const tell = createTellReplies({
    replies: parts.replies,
    tell: (owed) => tellReply(owed, parts),
    everyMs: minute,
    log: silent,
  })
  return (await tell.round(undefined, new AbortController().signal)).found
}

async function said(): Promise<string[]> {
  const { repositories } = await github.state()
  const comments = repositories[repo]?.issues.find(({ number }) => number === issue)?.comments ?? []
  const asked = comments.find(({ byApp }) => !byApp)
  const ours = comments.filter(({ byApp }) => byApp)
  expect(ours.every(({ body }) => repliedTo(body) === asked?.id)).toBe(true)
  return ours.map(({ body }) => body)
}

it('are said when GitHub is there again, and once', async () => {
  await failing({ kind: 'status', status: 502 }, async () => {
    await command('/draftsmith help')
    passed = 6
    expect(await round()).toEqual({ told: 0, failed: 1 })
  })
  expect(await said()).toEqual([])
  expect(await round()).toEqual({ told: 0, failed: 0 })
  passed = 12
  expect(await round()).toEqual({ told: 1, failed: 0 })
  passed = 30
  expect(await round()).toEqual({ told: 0, failed: 0 })
  expect(await said()).toEqual([expect.stringContaining('People with write access can say')])
})

it('are not said again where they were heard, though GitHub did not say so', async () => {
  await failing({ kind: 'timeout_after_write' }, () => command('/draftsmith run'))
  expect(await said()).toHaveLength(1)
  const delivery = github.deliveries().find(({ event, payload }) => {
    const of = payload as { issue?: { number: number }; comment?: { body: string } }
    return event === 'issue_comment' && of.issue?.number === issue && of.comment?.body === '/draftsmith run'
  })
  await github.redeliver(delivery?.id ?? 0)
  await listening.settled()
  passed = 6
  expect(await round()).toEqual({ told: 1, failed: 0 })
  expect(await said()).toHaveLength(1)
})

it('tell where the run stands, where the process died between the deed and the words', async () => {
  dying = true
  await command('/draftsmith run')
  dying = false
  expect(await said()).toEqual([])
  expect(await round()).toEqual({ told: 0, failed: 0 })
  passed = 6
  expect(await round()).toEqual({ told: 1, failed: 0 })
  const run = await listening.ledger.latest(`github:acme/tool#${issue}`)
  expect(await said()).toEqual([expect.stringContaining(`Run \`${run?.id}\` (attempt 1): waiting for a worker`)])
})

it('are given up where nobody may write, and after days', async () => {
  await failing({ kind: 'status', status: 403 }, () => command('/draftsmith help'))
  passed = 6
  expect(await round()).toEqual({ told: 0, failed: 0 })
  await failing({ kind: 'status', status: 502 }, () => command('/draftsmith status'))
  passed = 4 * 24 * 60
  expect(await round()).toEqual({ told: 0, failed: 0 })
})
