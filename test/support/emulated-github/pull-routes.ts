// Pull requests. emulate keeps their texts and labels; heads, commits and files come from git.

import { type Answer, created, invalid, notFound, ok, Refusal } from './answer.ts'
import { describeCommit, describeFiles } from './commit-description.ts'
import { forward } from './conversation-routes.ts'
import { announce } from './events.ts'
import { asRecord, asRecords, asText, asTexts, type Json } from './json.ts'
import { mend } from './mend.ts'
import { afterPush, askPullRequest, askRulesets, type HostedRepository, moveBranch, roleOf } from './repository.ts'
import { actorOf, type Exchange, loginOf, param, type Route, reader, repositoryRoute, type World } from './world.ts'

const READ = { access: 'read', permissions: ['pull_requests'] } as const
const WRITE = { access: 'write', permissions: ['pull_requests'] } as const
const MERGE = { access: 'write', permissions: ['contents'] } as const
const LONGEST_BODY = 65_536

export const pullRoutes: Route[] = [
  repositoryRoute('GET', '/pulls', READ, forward),
  repositoryRoute('POST', '/pulls', WRITE, openPull),
  repositoryRoute('GET', '/pulls/:number', READ, async (exchange, repository) => ok(await pull(exchange, repository))),
  repositoryRoute('PATCH', '/pulls/:number', WRITE, editPull),
  repositoryRoute('GET', '/pulls/:number/commits', READ, listCommits),
  repositoryRoute('GET', '/pulls/:number/files', READ, listFiles),
  repositoryRoute('GET', '/pulls/:number/merge', READ, isMerged),
  repositoryRoute('PUT', '/pulls/:number/merge', MERGE, merge),
  repositoryRoute('GET', '/pulls/:number/comments', READ, forward),
  repositoryRoute('POST', '/pulls/:number/comments', WRITE, forward),
  repositoryRoute('GET', '/pulls/:number/reviews', READ, forward),
  repositoryRoute('POST', '/pulls/:number/reviews', WRITE, forward),
  repositoryRoute('GET', '/pulls/:number/requested_reviewers', READ, listReviewers),
  repositoryRoute('POST', '/pulls/:number/requested_reviewers', WRITE, requestReviewers),
  repositoryRoute('DELETE', '/pulls/:number/requested_reviewers', WRITE, forward),
]

async function openPull(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const { world, request } = exchange
  const fields = asRecord(request.body)
  const head = asText(fields.head).replace(`${repository.owner}:`, '')
  const base = asText(fields.base)
  if (!asText(fields.title).trim()) throw invalid('PullRequest', { code: 'missing_field', field: 'title' })
  askBodyLength(fields)
  await askPullRequest(repository, head, base)
  if (fields.draft === true && !repository.settings.draftPullRequests) {
    throw new Refusal(422, 'Draft pull requests are not supported in this repository.')
  }
  // emulate has its own idea of the branches; it only needs their names.
  await mirrorBranches(world, repository, [head, base])
  const wanted = { ...fields, head }
  const answer = await world.upstream.ask(
    actorOf(exchange, repository),
    'POST',
    `/repos/${repository.fullName}/pulls`,
    wanted,
  )
  if (answer.status !== 201) throw invalid('PullRequest', { code: 'invalid' })
  const number = Number(asRecord(answer.body).number)
  repository.pulls.set(number, { number, head, base, baseSha: repository.git.branch(base) ?? '', open: true })
  await afterPush(repository)
  const opened = await pull({ ...exchange, params: { ...exchange.params, number: String(number) } }, repository)
  await tell(exchange, repository, opened, { action: 'opened' })
  return created(opened)
}

async function mirrorBranches(world: World, repository: HostedRepository, names: string[]): Promise<void> {
  const path = `/repos/${repository.fullName}/git`
  const answer = await world.upstream.must(reader(repository), 'GET', `${path}/matching-refs/heads/`)
  const refs = asRecords(answer)
  const sha = asText(asRecord(refs[0]?.object).sha)
  for (const name of names.filter((each) => !refs.some((known) => known.ref === `refs/heads/${each}`))) {
    await world.upstream.must(reader(repository), 'POST', `${path}/refs`, { ref: `refs/heads/${name}`, sha })
  }
}

function askBodyLength(fields: Json): void {
  if (asText(fields.body).length <= LONGEST_BODY) return
  const message = `body is too long (maximum is ${LONGEST_BODY} characters)`
  throw invalid('PullRequest', { code: 'custom', field: 'body', message })
}

/** One pull request with what only its own page has. */
async function pull(exchange: Exchange, repository: HostedRepository): Promise<Json> {
  const number = Number(param(exchange, 'number'))
  const record = repository.pulls.get(number)
  if (!record) throw notFound()
  const path = `/repos/${repository.fullName}/pulls/${number}`
  const found = await exchange.world.upstream.must(reader(repository), 'GET', path)
  const described = asRecord(mend(exchange.world, repository, found))
  const { base, head } = await range(repository, number)
  const files = await describeFiles(exchange.world, repository, base, head)
  const sum = (key: string) => files.reduce((total, file) => total + Number(file[key]), 0)
  return {
    ...described,
    commits: Number(await repository.git.text(['rev-list', '--count', `${base}..${head}`])),
    additions: sum('additions'),
    deletions: sum('deletions'),
    changed_files: files.length,
  }
}

async function range(repository: HostedRepository, number: number): Promise<{ base: string; head: string }> {
  const record = repository.pulls.get(number)
  const head = repository.git.refs.get(`refs/pull/${number}/head`)
  if (!record || !head) throw notFound()
  return { base: await repository.git.text(['merge-base', record.baseSha, head]), head }
}

async function editPull(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const before = await pull(exchange, repository)
  const fields = asRecord(exchange.request.body)
  askBodyLength(fields)
  if (fields.state === 'open' && before.state === 'closed') await askReopen(exchange, repository)
  if (asText(fields.base)) await rebaseRecord(exchange, repository, asText(fields.base))
  // The REST API does not change whether a pull request is a draft.
  const { draft: _, ...wanted } = fields
  const path = `/repos/${repository.fullName}/pulls/${param(exchange, 'number')}`
  await exchange.world.upstream.must(actorOf(exchange, repository), 'PATCH', path, wanted)
  const record = repository.pulls.get(Number(param(exchange, 'number')))
  if (record && (fields.state === 'open' || fields.state === 'closed')) record.open = fields.state === 'open'
  const after = await pull(exchange, repository)
  await announceEdit(exchange, repository, before, after)
  return ok(after)
}

async function askReopen(exchange: Exchange, repository: HostedRepository): Promise<void> {
  const record = repository.pulls.get(Number(param(exchange, 'number')))
  if (record) await askPullRequest(repository, record.head, record.base)
}

async function rebaseRecord(exchange: Exchange, repository: HostedRepository, base: string): Promise<void> {
  const baseSha = repository.git.branch(base)
  const record = repository.pulls.get(Number(param(exchange, 'number')))
  if (!baseSha || !record) throw invalid('PullRequest', { code: 'invalid', field: 'base' })
  await mirrorBranches(exchange.world, repository, [base])
  Object.assign(record, { base, baseSha })
}

async function announceEdit(exchange: Exchange, repository: HostedRepository, before: Json, after: Json) {
  if (before.state !== after.state) {
    await tell(exchange, repository, after, { action: after.state === 'closed' ? 'closed' : 'reopened' })
  }
  const changed = ['title', 'body'].filter((field) => before[field] !== after[field])
  const changes = Object.fromEntries(changed.map((field) => [field, { from: before[field] }]))
  if (changed.length > 0) await tell(exchange, repository, after, { action: 'edited', changes })
}

function tell(exchange: Exchange, repository: HostedRepository, described: Json, payload: Json) {
  const about = { event: 'pull_request', number: described.number, pull_request: described }
  return announce(exchange.world, repository, loginOf(exchange), { ...about, ...payload })
}

async function listCommits(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const { base, head } = await range(repository, Number(param(exchange, 'number')))
  const shas = (await repository.git.text(['rev-list', '--reverse', `${base}..${head}`])).split('\n').filter(Boolean)
  return ok(await Promise.all(shas.map((sha) => describeCommit(exchange.world, repository, sha))))
}

async function listFiles(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const { base, head } = await range(repository, Number(param(exchange, 'number')))
  return ok(await describeFiles(exchange.world, repository, base, head))
}

async function isMerged(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  return (await pull(exchange, repository)).merged === true
    ? { status: 204 }
    : { status: 404, body: { message: 'Not Found' } }
}

/** A merge commit, whatever method was asked for. */
async function merge(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const before = await pull(exchange, repository)
  const record = repository.pulls.get(Number(param(exchange, 'number')))
  if (!record?.open) throw new Refusal(405, 'Pull Request is not mergeable')
  if (before.draft) throw new Refusal(405, 'Pull Request is still a draft')
  const { head } = await range(repository, record.number)
  await askRulesets(repository, record.base, 'update', head)
  const sha = await mergeCommit(repository, record.base, head, loginOf(exchange), record.number)
  const path = `/repos/${repository.fullName}/pulls/${record.number}`
  await exchange.world.upstream.must(actorOf(exchange, repository), 'PUT', `${path}/merge`, {})
  record.open = false
  const after = { ...(await pull(exchange, repository)), merge_commit_sha: sha }
  await tell(exchange, repository, after, { action: 'closed' })
  return ok({ sha, merged: true, message: 'Pull Request successfully merged' })
}

async function mergeCommit(repository: HostedRepository, base: string, head: string, by: string, number: number) {
  const onto = repository.git.branch(base)
  if (!onto) throw new Refusal(405, 'Base branch was modified. Review and try the merge again.')
  const tree = await repository.git.text(['merge-tree', '--write-tree', onto, head]).catch(() => undefined)
  if (!tree) throw new Refusal(405, 'Pull Request is not mergeable')
  const author = { name: by, email: `${by}@users.noreply.github.com`, date: new Date().toISOString() }
  const message = `Merge pull request #${number}\n`
  const commit = { tree, parents: [onto, head], author, committer: author, message, signature: undefined }
  const sha = await repository.git.writeCommit(commit)
  await moveBranch(repository, base, sha, onto)
  return sha
}

async function listReviewers(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const found = await pull(exchange, repository)
  return ok({ users: found.requested_reviewers, teams: found.requested_teams })
}

/** GitHub asks only collaborators, and never the author. */
async function requestReviewers(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const before = await pull(exchange, repository)
  const wanted = asTexts(asRecord(exchange.request.body).reviewers)
  if (wanted.includes(asText(asRecord(before.user).login))) {
    throw new Refusal(422, 'Review cannot be requested from pull request author.')
  }
  const stranger = wanted.some((login) => login !== repository.owner && !repository.collaborators.has(login))
  if (stranger || wanted.some((login) => roleOf(repository, login) === 'none')) {
    throw new Refusal(
      422,
      'Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ' +
        `${repository.fullName} repository.`,
    )
  }
  const answer = await forward(exchange, repository)
  return { ...answer, status: 201 }
}
