// What came of a scenario, read from GitHub as a maintainer would find it, against what was expected.
import { z } from 'zod'
import { type DeclineCode, declineCodes } from '../src/policy/decline.ts'
import { declineTitle } from '../src/render/decline.ts'
import { parseStatus } from '../src/render/status.ts'
import type { EmulatedState } from '../test/support/emulated-github/types.ts'
import { people } from './bundled-github.ts'
import { readIssue } from './issue-file.ts'
import { type Ending, issueUrl, type Stage } from './play.ts'
import type { PullRequestResult, ScenarioResult } from './result.ts'
import type { Expectation } from './scenarios.ts'

const changedFiles = z.array(
  z.object({ filename: z.string(), additions: z.number(), deletions: z.number(), patch: z.string().default('') }),
)

/** `state` is what stands on GitHub after the ending. A real model takes its own way: only the outcome is compared then. */
export async function judgeScenario(
  stage: Stage,
  ending: Ending,
  { state, model }: { state: EmulatedState; model: 'recorded' | 'live' },
): Promise<ScenarioResult> {
  const { scenario, seconds } = ending
  const found = await find(stage, ending, state)
  const problems = [
    ...outcomeDifferences(found, scenario.expected),
    ...(model === 'recorded' ? changeDifferences(found, scenario.expected) : []),
  ]
  return {
    slug: scenario.slug,
    shows: scenario.shows,
    issue: { url: issueUrl(stage.github, scenario), ...asked(scenario.slug) },
    ...found,
    asExpected: problems.length === 0,
    problems,
    seconds: Math.round((seconds ?? 0) * 10) / 10,
  }
}

/** For a scenario that this machine cannot play. */
export function skippedScenario({ slug, shows }: Ending['scenario'], why: string): ScenarioResult {
  const nothing = { repairs: 0, tokens: 0, usd: 0, seconds: 0 }
  return {
    slug,
    shows,
    issue: { url: '', ...asked(slug) },
    outcome: 'skipped',
    asExpected: true,
    problems: [why],
    ...nothing,
  }
}

function asked(slug: string): { title: string; labelledBy: string } {
  const { title, labelledBy } = readIssue(slug)
  return { title, labelledBy: people[labelledBy] }
}

type Found = Pick<
  ScenarioResult,
  'outcome' | 'decline' | 'pullRequest' | 'statusComment' | 'repairs' | 'tokens' | 'usd'
>

async function find(stage: Stage, { scenario, seconds }: Ending, { repositories }: EmulatedState): Promise<Found> {
  const { issues = [], pullRequests = [] } = repositories[scenario.repository] ?? {}
  const statusComment = issues.find(({ number }) => number === 1)?.comments.find(({ byApp }) => byApp)?.body
  const status = statusComment === undefined ? undefined : parseStatus(statusComment)
  const [opened] = pullRequests
  const pullRequest = opened && (await readPullRequest(stage, scenario.repository, opened))
  const decline = status?.outcome === 'declined' ? declineOf(statusComment ?? '') : undefined
  return {
    outcome: seconds === undefined ? 'unfinished' : (status?.outcome ?? 'nothing'),
    ...(decline && { decline }),
    ...(pullRequest && { pullRequest }),
    ...(statusComment !== undefined && { statusComment }),
    repairs: repairsIn(pullRequest?.body ?? ''),
    tokens: Math.round(status?.tokens ?? 0),
    ...(status?.usd === undefined && status !== undefined ? {} : { usd: status?.usd ?? 0 }),
  }
}

type Opened = EmulatedState['repositories'][keyof EmulatedState['repositories']]['pullRequests'][number]

async function readPullRequest({ github }: Stage, repository: string, opened: Opened): Promise<PullRequestResult> {
  const { number, title, body, draft, head, labels } = opened
  const answer = await fetch(`${github.url}/repos/${repository}/pulls/${number}/files`, {
    headers: { authorization: `Bearer ${github.userToken(people.maintainer)}` },
  })
  const files = changedFiles.parse(await answer.json()).map(({ filename, additions, deletions, patch }) => ({
    path: filename,
    added: additions,
    deleted: deletions,
    patch,
  }))
  const url = `${github.url}/${repository}/pull/${number}`
  return { number, url, title, body, draft, branch: head, labels, files }
}

function declineOf(comment: string): DeclineCode | undefined {
  return declineCodes.find((code) => comment.includes(`Declined: ${declineTitle(code)}`))
}

function repairsIn(body: string): number {
  return [...body.matchAll(/\((\d+) repairs?\)/g)].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** One sentence a difference. */
function outcomeDifferences({ outcome, decline, tokens }: Found, expected: Expectation): string[] {
  if (outcome !== expected.outcome) return [`The outcome is ${outcome}, not ${expected.outcome}.`]
  if (expected.outcome !== 'declined') return []
  return [
    ...unless(decline === expected.decline, `It was declined as ${decline}, not ${expected.decline}.`),
    ...unless(tokens > 0 === expected.paid, `It cost ${tokens} tokens.`),
  ]
}

function changeDifferences(found: Found, expected: Expectation): string[] {
  if (expected.outcome === 'unverified') return missing(found.statusComment ?? '', expected.says)
  const { pullRequest, repairs } = found
  if (expected.outcome !== 'pull_request' || pullRequest === undefined) return []
  const { draft, body } = pullRequest
  const paths = pullRequest.files.map(({ path }) => path).sort()
  const wanted = [...expected.files].sort()
  return [
    ...unless(draft, 'The pull request is no draft.'),
    ...unless(paths.join() === wanted.join(), `It changes ${paths.join(', ')}, not ${wanted.join(', ')}.`),
    ...unless(
      repairs === expected.repairs,
      `There were ${repairs} repairs after failing checks, not ${expected.repairs}.`,
    ),
    ...missing(body, expected.says ?? []),
    ...expected.proof.flatMap((test) =>
      unless(
        proofs(body).some((line) => line.includes(`\`${test}\``)),
        `The test ${test} does not prove the change.`,
      ),
    ),
  ]
}

/** Lines that say of tests that they show the change. */
function proofs(body: string): string[] {
  return body.split('\n').filter((line) => line.startsWith('- ✅ Fails without this change'))
}

function missing(text: string, words: string[]): string[] {
  return words.flatMap((each) => unless(text.includes(each), `It does not say: ${each}`))
}

function unless(holds: boolean, problem: string): string[] {
  return holds ? [] : [problem]
}
