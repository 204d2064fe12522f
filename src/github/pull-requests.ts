// Pull requests: found before they are made, since GitHub refuses a second one and other servers do not.
import type { GitHubRepository, PullRequestFacts } from './github.ts'
import { statusOf, wordsOf } from './github-faults.ts'
import { type RepositorySession, steps } from './installation-token.ts'
import type { Client } from './octokit-client.ts'
import type { Place } from './repository-reads.ts'

type PullRequests = Pick<
  GitHubRepository,
  'pullRequests' | 'createPullRequest' | 'updatePullRequest' | 'addLabels' | 'requestReviewers'
>
type NewPullRequest = Parameters<GitHubRepository['createPullRequest']>[0]

/** The newest 300 are read; older ones say nothing about an issue that is worked on now. */
const mostPages = 3

export function pullRequests(session: RepositorySession, place: Place): PullRequests {
  const write = <T>(action: string, call: (client: Client) => Promise<T>) =>
    session.use(steps.writePullRequest, action, call)
  return {
    pullRequests: (state, headBranch) =>
      session.use(steps.read, 'list pull requests', (client) => list(client, place, state, headBranch)),
    createPullRequest: (options) => write('open the pull request', (client) => findOrCreate(client, place, options)),
    updatePullRequest: (number, fields) =>
      write(`update pull request ${number}`, async (client) => {
        await client.rest.pulls.update({ ...place, pull_number: number, ...fields })
      }),
    addLabels: (number, labels) => write(`label ${number}`, (client) => addLabels(client, place, number, labels)),
    requestReviewers: (number, logins) =>
      write(`request reviewers for ${number}`, (client) => requestEach(client, place, number, logins)),
  }
}

async function list(client: Client, place: Place, state: 'open' | 'all', headBranch?: string) {
  const found: PullRequestFacts[] = []
  const head = headBranch === undefined ? {} : { head: `${place.owner}:${headBranch}` }
  const pages = client.paginate.iterator(client.rest.pulls.list, { ...place, state, ...head, per_page: 100 })
  let page = 0
  for await (const { data } of pages) {
    found.push(...data.map(toFacts))
    page += 1
    if (page === mostPages) break
  }
  return headBranch === undefined ? found : found.filter((pull) => pull.headBranch === headBranch)
}

async function findOrCreate(client: Client, place: Place, options: NewPullRequest) {
  const open = (await list(client, place, 'open', options.head))[0]
  if (open !== undefined) return { ...open, notes: [] }
  try {
    return { ...(await create(client, place, options)), notes: [] }
  } catch (thrown) {
    if (statusOf(thrown) !== 422) throw thrown
    return afterRefusal(client, place, options, thrown)
  }
}

/** A 422 is either a plan without drafts, or somebody was faster. */
async function afterRefusal(client: Client, place: Place, options: NewPullRequest, refusal: unknown) {
  if (options.draft && /draft/i.test(wordsOf(refusal))) {
    const plain = await create(client, place, { ...options, draft: false })
    return { ...plain, notes: ["The repository's plan has no draft pull requests, so this is a plain one."] }
  }
  const open = (await list(client, place, 'open', options.head))[0]
  if (open === undefined) throw refusal
  return { ...open, notes: [] }
}

/** Never retried by itself: an answer that was lost may have created the pull request. */
async function create(client: Client, place: Place, options: NewPullRequest): Promise<PullRequestFacts> {
  const { data } = await client.rest.pulls.create({ ...place, ...options, request: { retries: 0 } })
  return toFacts(data)
}

interface RawPullRequest {
  number: number
  title: string
  body: string | null
  html_url: string
  state: string
  draft?: boolean | undefined
  merged_at?: string | null
  closed_at?: string | null
  head: { ref: string; sha: string }
}

function toFacts(pull: RawPullRequest): PullRequestFacts {
  return {
    number: pull.number,
    title: pull.title,
    body: pull.body ?? '',
    url: pull.html_url,
    state: pull.state === 'open' ? 'open' : 'closed',
    draft: pull.draft ?? false,
    headBranch: pull.head.ref,
    headSha: pull.head.sha,
    ...endOf(pull),
  }
}

function endOf({ state, merged_at: merged, closed_at: closed }: RawPullRequest): Pick<PullRequestFacts, 'end'> {
  const at = merged ?? closed
  if (state === 'open' || !at) return {}
  return { end: { kind: merged ? 'merged' : 'closed', at: new Date(at) } }
}

const labelColour = '5319e7'

async function addLabels(client: Client, place: Place, number: number, labels: string[]): Promise<void> {
  if (labels.length === 0) return
  for (const name of labels) {
    await client.rest.issues.createLabel({ ...place, name, color: labelColour }).catch(unlessItExists)
  }
  await client.rest.issues.addLabels({ ...place, issue_number: number, labels })
}

function unlessItExists(thrown: unknown): void {
  if (statusOf(thrown) !== 422) throw thrown
}

/** One unknown login makes GitHub refuse them all, so that each is asked for alone then. */
async function requestEach(client: Client, place: Place, number: number, logins: string[]): Promise<string[]> {
  if (logins.length === 0) return []
  try {
    await request(client, place, number, logins)
    return []
  } catch (thrown) {
    if (statusOf(thrown) !== 422) throw thrown
    if (logins.length === 1) return [`GitHub refused to request a review from ${logins[0]}: ${wordsOf(thrown)}`]
  }
  const notes: string[] = []
  for (const login of logins) notes.push(...(await requestEach(client, place, number, [login])))
  return notes
}

/** `org/team` names a team. */
async function request(client: Client, place: Place, number: number, logins: string[]): Promise<void> {
  await client.rest.pulls.requestReviewers({
    ...place,
    pull_number: number,
    reviewers: logins.filter((login) => !login.includes('/')),
    team_reviewers: logins.filter((login) => login.includes('/')).map((login) => login.slice(login.indexOf('/') + 1)),
  })
}
