// What the end-to-end tests share: a GitHub with people, a small repository with a real defect, and what is read from an issue in the end.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseStatus } from '../../src/render/status.ts'
import { startEmulatedGitHub } from '../support/emulated-github/emulated-github.ts'
import type {
  CommentState,
  EmulatedGitHub,
  FileSeed,
  IssueSeed,
  RepositoryName,
  RepositorySeed,
  RepositoryState,
} from '../support/emulated-github/types.ts'
import type { Asked, Scenario, ToolCall } from '../support/scripted-messages.ts'
import type { LogLine, RunningService } from '../support/service.ts'

export const label = 'agent-eligible'

/** Mia writes, Otto only reads. */
export function startGitHub(): Promise<EmulatedGitHub> {
  return startEmulatedGitHub({
    users: [
      { login: 'acme', type: 'Organization' },
      ...['mia', 'otto'].map((login) => ({ login })),
      { login: 'renovate[bot]', type: 'Bot' },
    ],
    repositories: [{ owner: 'acme', name: 'first', files: { 'README.md': '# First\n' } }],
  })
}

/** Cents as text, wrong for amounts between -0.99 and -0.01. */
export const money: Record<string, FileSeed> = {
  'package.json': `${JSON.stringify({ name: 'money', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
  'README.md': '# Money\n\nWrites amounts.\n',
  'src/money.js': [
    'export function formatMoney(cents) {',
    '  const whole = Math.trunc(cents / 100)',
    "  return [whole, String(Math.abs(cents % 100)).padStart(2, '0')].join('.')",
    '}',
    '',
  ].join('\n'),
  'test/money.test.js': [
    "import assert from 'node:assert/strict'",
    "import { test } from 'node:test'",
    "import { formatMoney } from '../src/money.js'",
    '',
    "test('writes two decimals', () => {",
    "  assert.equal(formatMoney(1250), '12.50')",
    '})',
    '',
  ].join('\n'),
}

const mendSource: ToolCall = [
  'edit_file',
  {
    path: 'src/money.js',
    edits: [
      {
        old: '  const whole = Math.trunc(cents / 100)',
        new: "  const whole = (cents < 0 ? '-' : '') + Math.trunc(Math.abs(cents) / 100)",
      },
    ],
  },
]

const addTest: ToolCall = [
  'edit_file',
  {
    path: 'test/money.test.js',
    edits: [
      {
        old: "  assert.equal(formatMoney(1250), '12.50')\n})\n",
        new: "  assert.equal(formatMoney(1250), '12.50')\n})\n\ntest('keeps the sign of small amounts', () => {\n  assert.equal(formatMoney(-50), '-0.50')\n})\n",
      },
    ],
  },
]

const done = (note: string): ToolCall => ['done', { note }]

/** The defect mended at the first attempt, with a test that fails without the mend. */
export function mended(title: string, more: Partial<Scenario> = {}): Scenario {
  return {
    title,
    plan: {
      rootCause: 'formatMoney takes the sign from the whole part, which is 0 for small amounts.',
      modifications: [
        { id: 'source', path: 'src/money.js', title: 'Take the sign from the amount' },
        {
          id: 'test',
          path: 'test/money.test.js',
          title: 'Test small negative amounts',
          test: true,
          dependsOn: ['source'],
        },
      ],
    },
    coder: [
      [mendSource, done('The sign comes from the amount.')],
      [addTest, done('A test for small negative amounts.')],
    ],
    ...more,
  }
}

/** The same without the test, so that nothing shows that the defect is mended. */
export function untested(title: string, more: Partial<Scenario> = {}): Scenario {
  return {
    title,
    plan: { modifications: [{ path: 'src/money.js', title: 'Take the sign from the amount' }] },
    coder: [[mendSource, done('The sign comes from the amount.')]],
    ...more,
  }
}

/** Holds the model's reply to one request back: `reached` when it is asked, answered after `release`. */
export function heldAt(role: Asked['role'], turn: number) {
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const hold = async (request: Asked) => {
    if (request.role !== role || request.turn !== turn) return
    asked.resolve()
    await answer.promise
  }
  return { hold, reached: asked.promise, release: answer.resolve }
}

let made = 0

/** A repository of acme's that no other test touches. */
export async function addRepository(
  github: EmulatedGitHub,
  seed: Partial<RepositorySeed> = {},
): Promise<RepositoryName> {
  made += 1
  const name = `tool-${made}`
  await github.addRepository({
    owner: 'acme',
    name,
    files: money,
    collaborators: { mia: 'write', otto: 'read' },
    labels: [label],
    ...seed,
  })
  return `acme/${name}`
}

/** An issue that Mia writes and labels; its number. */
export async function labelled(
  github: EmulatedGitHub,
  repo: RepositoryName,
  issue: IssueSeed,
  by = 'mia',
): Promise<number> {
  const number = await github.openIssue(repo, issue, 'mia')
  await github.label(repo, number, label, by)
  await github.delivered()
  return number
}

/** The log line with which the run left the worker. The attempt-th run of the issue, the first when left out. */
export async function ended(
  service: RunningService,
  issue: Issue,
  { attempt = 1, withinMs = 120_000 } = {},
): Promise<LogLine> {
  const started = (line: LogLine) => isAbout(line, issue) && line.answer === 'recorded'
  const recorded = await service.logged(
    (line) => started(line) && service.logs.filter(started).indexOf(line) === attempt - 1,
    withinMs,
  )
  return service.logged((line) => line.runId === recorded.runId && line.msg === 'run left the worker', withinMs)
}

export function isAbout(line: LogLine, { repo, number }: Issue): boolean {
  return typeof line.issue === 'string' && new RegExp(`/${repo}/(issues|pull)/${number}$`).test(line.issue)
}

export interface Issue {
  repo: RepositoryName
  number: number
}

/** What stands on GitHub now. */
export async function repositoryOf(github: EmulatedGitHub, repo: RepositoryName): Promise<RepositoryState> {
  const state = (await github.state()).repositories[repo]
  if (state === undefined) throw new Error(`no repository ${repo}`)
  return state
}

export async function commentsOn(github: EmulatedGitHub, { repo, number }: Issue): Promise<CommentState[]> {
  const { issues } = await repositoryOf(github, repo)
  return issues.find((issue) => issue.number === number)?.comments ?? []
}

/** The text of the only status comment; throws where there is none, or more than one. */
export async function statusOf(github: EmulatedGitHub, issue: Issue): Promise<string> {
  const found = (await commentsOn(github, issue)).filter(({ body }) => parseStatus(body) !== undefined)
  const [status] = found
  if (status === undefined || found.length > 1)
    throw new Error(`${found.length} status comments on ${issue.repo}#${issue.number}`)
  return status.body
}

export async function commitOf(
  github: EmulatedGitHub,
  repo: RepositoryName,
  sha: string | undefined,
): Promise<{ tree: string; message: string; parents: string[] }> {
  const commit = (await read(github, `/repos/${repo}/git/commits/${sha}`)) as {
    tree: { sha: string }
    message: string
    parents: { sha: string }[]
  }
  return { tree: commit.tree.sha, message: commit.message, parents: commit.parents.map((parent) => parent.sha) }
}

export async function fileOn(github: EmulatedGitHub, repo: RepositoryName, ref: string, path: string): Promise<string> {
  const name = path.split('/').map(encodeURIComponent).join('/')
  const file = (await read(github, `/repos/${repo}/contents/${name}?ref=${encodeURIComponent(ref)}`)) as {
    content: string
  }
  return Buffer.from(file.content, 'base64').toString('utf8')
}

async function read(github: EmulatedGitHub, path: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${github.userToken('mia')}` }
  const answer = await fetch(`${github.url}${path}`, { headers })
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

/** Asks again until there is an answer; rejects after `withinMs`. */
export async function until<T>(ask: () => Promise<T | undefined>, withinMs = 120_000): Promise<T> {
  const end = Date.now() + withinMs
  while (Date.now() < end) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await sleep(50)
  }
  throw new Error(`Nothing within ${withinMs} ms.`)
}
