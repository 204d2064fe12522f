// Issues, comments and labels. emulate keeps them; permissions, refusals and webhooks are ours.

import { type Answer, forbidden, invalid, noContent, notFound, ok, Refusal } from './answer.ts'
import { isTrusted } from './callers.ts'
import { announce } from './events.ts'
import { asRecord, asRecords, asText, asTexts, type Json } from './json.ts'
import { mend } from './mend.ts'
import { type HostedRepository, mayWrite, roleOf } from './repository.ts'
import { actorOf, type Exchange, loginOf, param, type Route, reader, repositoryRoute, type World } from './world.ts'

const READ = { access: 'read', permissions: ['issues', 'pull_requests'] } as const
const WRITE = { access: 'write', permissions: ['issues', 'pull_requests'] } as const
const LONGEST_BODY = 65_536
const GREY = 'ededed'

export const conversationRoutes: Route[] = [
  repositoryRoute('GET', '/issues', READ, listIssues),
  repositoryRoute('POST', '/issues', WRITE, openIssue),
  repositoryRoute('GET', '/issues/comments', READ, listAllComments),
  repositoryRoute('GET', '/issues/comments/:comment', READ, forward),
  repositoryRoute('PATCH', '/issues/comments/:comment', WRITE, editComment),
  repositoryRoute('DELETE', '/issues/comments/:comment', WRITE, deleteComment),
  repositoryRoute('GET', '/issues/:number', READ, getIssue),
  repositoryRoute('PATCH', '/issues/:number', WRITE, editIssue),
  repositoryRoute('PUT', '/issues/:number/lock', WRITE, lockIssue),
  repositoryRoute('DELETE', '/issues/:number/lock', WRITE, lockIssue),
  repositoryRoute('GET', '/issues/:number/events', READ, forward),
  repositoryRoute('GET', '/issues/:number/timeline', READ, forward),
  repositoryRoute('GET', '/issues/:number/comments', READ, listComments),
  repositoryRoute('POST', '/issues/:number/comments', WRITE, comment),
  repositoryRoute('GET', '/issues/:number/labels', READ, forward),
  repositoryRoute('POST', '/issues/:number/labels', WRITE, changeLabels),
  repositoryRoute('PUT', '/issues/:number/labels', WRITE, changeLabels),
  repositoryRoute('DELETE', '/issues/:number/labels', WRITE, changeLabels),
  repositoryRoute('DELETE', '/issues/:number/labels/:label', WRITE, changeLabels),
  repositoryRoute('POST', '/issues/:number/assignees', WRITE, forward),
  repositoryRoute('GET', '/labels', READ, forward),
  repositoryRoute('POST', '/labels', WRITE, createLabel),
  repositoryRoute('GET', '/labels/:label', READ, forward),
  repositoryRoute('PATCH', '/labels/:label', WRITE, forward),
  repositoryRoute('DELETE', '/labels/:label', WRITE, forward),
]

/** Asks emulate the same, and mends its answer. */
export async function forward(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const { method, query, body } = exchange.request
  const actor = method === 'GET' ? reader(repository) : actorOf(exchange, repository)
  const search = query.size > 0 ? `?${query}` : ''
  const answer = await exchange.world.upstream.ask(
    actor,
    method,
    exchange.target + search,
    method === 'GET' ? undefined : body,
  )
  if (answer.status === 422) throw invalid('Issue', { code: 'invalid' })
  return {
    status: answer.status,
    body: mend(exchange.world, repository, answer.body),
    headers: answer.link ? { link: answer.link } : {},
  }
}

function askIssuesEnabled({ caller, params }: Exchange, { settings, pulls }: HostedRepository): void {
  if (settings.issuesEnabled || isTrusted(caller) || pulls.has(Number(params.number))) return
  throw new Refusal(410, 'Issues has been disabled in this repository.')
}

/** People of the stand-in may write more than GitHub takes, so that tests can ask what becomes of it. */
function askBody({ request, caller }: Exchange, resource: string): void {
  const body = isTrusted(caller) ? undefined : asRecord(request.body).body
  if (typeof body === 'string' && body.length > LONGEST_BODY) {
    const message = `body is too long (maximum is ${LONGEST_BODY} characters)`
    throw invalid(resource, { code: 'custom', field: 'body', message })
  }
}

async function listIssues(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  askIssuesEnabled(exchange, repository)
  return forward(exchange, repository)
}

async function openIssue(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  askIssuesEnabled(exchange, repository)
  askBody(exchange, 'Issue')
  const answer = await forward(exchange, repository)
  if (answer.status === 201) {
    const issue = asRecord(answer.body)
    await announce(exchange.world, repository, loginOf(exchange), { event: 'issues', action: 'opened', issue })
    for (const label of asRecords(issue.labels)) {
      await announce(exchange.world, repository, loginOf(exchange), {
        event: 'issues',
        action: 'labeled',
        issue,
        label,
      })
    }
  }
  return answer
}

async function getIssue(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  askIssuesEnabled(exchange, repository)
  return ok(await subject(exchange, repository))
}

/** The issue, also for a pull request, which GitHub answers as an issue too. */
export async function subject(exchange: Exchange, repository: HostedRepository): Promise<Json> {
  const number = Number(param(exchange, 'number'))
  const kind = repository.pulls.has(number) ? 'pulls' : 'issues'
  const path = `/repos/${repository.fullName}/${kind}/${number}`
  const answer = await exchange.world.upstream.ask(reader(repository), 'GET', path)
  if (answer.status !== 200) throw notFound()
  const found = asRecord(answer.body)
  return asRecord(mend(exchange.world, repository, kind === 'pulls' ? pullAsIssue(found) : found))
}

function pullAsIssue(pull: Json): Json {
  const { head: _head, base: _base, diff_url: _diff, ...issue } = pull
  return { reactions: {}, performed_via_github_app: null, state_reason: null, ...issue, url: pull.issue_url }
}

async function editIssue(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const number = Number(param(exchange, 'number'))
  askIssuesEnabled(exchange, repository)
  askBody(exchange, 'Issue')
  const before = await subject(exchange, repository)
  const kind = repository.pulls.has(number) ? 'pulls' : 'issues'
  const path = `/repos/${repository.fullName}/${kind}/${number}`
  const actor = actorOf(exchange, repository)
  const answer = await exchange.world.upstream.ask(actor, 'PATCH', path, exchange.request.body)
  if (answer.status !== 200) throw invalid('Issue', { code: 'invalid' })
  const issue = await subject(exchange, repository)
  await announceEdit(exchange, repository, before, issue)
  return ok(issue)
}

async function announceEdit(exchange: Exchange, repository: HostedRepository, before: Json, issue: Json) {
  const tell = (payload: Json) => announceSubject(exchange, repository, issue, payload)
  if (before.state !== issue.state) await tell({ action: issue.state === 'closed' ? 'closed' : 'reopened' })
  const changed = ['title', 'body'].filter((field) => before[field] !== issue[field])
  const changes = Object.fromEntries(changed.map((field) => [field, { from: before[field] }]))
  if (changed.length > 0) await tell({ action: 'edited', changes })
  await announceLabels(exchange, repository, before, issue)
}

/** An `issues` event, or `pull_request` where the issue is one. */
async function announceSubject(exchange: Exchange, repository: HostedRepository, issue: Json, payload: Json) {
  const { world } = exchange
  if (!issue.pull_request) return announce(world, repository, loginOf(exchange), { event: 'issues', issue, ...payload })
  const path = `/repos/${repository.fullName}/pulls/${issue.number}`
  const pull_request = mend(world, repository, await world.upstream.must(reader(repository), 'GET', path))
  const about = { event: 'pull_request', number: issue.number, pull_request }
  return announce(world, repository, loginOf(exchange), { ...about, ...payload })
}

async function lockIssue(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const answer = await forward(exchange, repository)
  const action = exchange.request.method === 'PUT' ? 'locked' : 'unlocked'
  const issue = await subject(exchange, repository)
  await announce(exchange.world, repository, loginOf(exchange), { event: 'issues', action, issue })
  return { ...answer, body: undefined }
}

async function changeLabels(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  askIssuesEnabled(exchange, repository)
  const before = await subject(exchange, repository)
  const known = await labelNames(exchange, repository)
  const answer = await forward(exchange, repository)
  if (answer.status === 404 && param(exchange, 'label')) throw new Refusal(404, 'Label does not exist')
  await greyNewLabels(exchange, repository, known)
  await announceLabels(exchange, repository, before, await subject(exchange, repository))
  return answer
}

async function labelNames(exchange: Exchange, repository: HostedRepository): Promise<string[]> {
  const labels = await exchange.world.upstream.list(reader(repository), `/repos/${repository.fullName}/labels`)
  return asRecords(labels).map((label) => asText(label.name))
}

// A label that is made by putting it on an issue is grey on GitHub; emulate takes a random colour.
async function greyNewLabels(exchange: Exchange, repository: HostedRepository, known: string[]): Promise<void> {
  const wanted = exchange.request.body
  const names = Array.isArray(wanted) ? asTexts(wanted) : asTexts(asRecord(wanted).labels)
  for (const name of names.filter((each) => !known.includes(each))) {
    const path = `/repos/${repository.fullName}/labels/${encodeURIComponent(name)}`
    await exchange.world.upstream.ask({ user: 'admin' }, 'PATCH', path, { color: GREY })
  }
}

async function announceLabels(exchange: Exchange, repository: HostedRepository, before: Json, issue: Json) {
  const had = asRecords(before.labels)
  const has = asRecords(issue.labels)
  const without = (labels: Json[], others: Json[]) =>
    labels.filter((label) => !others.some((other) => other.id === label.id))
  const tell = (action: string, label: Json) => announceSubject(exchange, repository, issue, { action, label })
  for (const label of without(had, has)) await tell('unlabeled', label)
  for (const label of without(has, had)) await tell('labeled', label)
}

async function createLabel(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const name = asText(asRecord(exchange.request.body).name)
  const taken = (await labelNames(exchange, repository)).some((known) => known.toLowerCase() === name.toLowerCase())
  if (taken) throw invalid('Label', { code: 'already_exists', field: 'name' })
  const body = { color: GREY, ...asRecord(exchange.request.body) }
  return forward({ ...exchange, request: { ...exchange.request, body } }, repository)
}

async function listAllComments({ world, request }: Exchange, repository: HostedRepository): Promise<Answer> {
  const since = request.query.get('since') ?? ''
  const comments = await allComments(world, repository)
  const size = Number(request.query.get('per_page') ?? 30)
  const start = (Number(request.query.get('page') ?? 1) - 1) * size
  return ok(comments.filter((each) => asText(each.updated_at) >= since).slice(start, start + size))
}

/** Oldest first. emulate cannot answer this list, its route is hidden by that of one issue. */
export async function allComments(world: World, repository: HostedRepository): Promise<Json[]> {
  const path = `/repos/${repository.fullName}/issues`
  const issues = asRecords(await world.upstream.list(reader(repository), `${path}?state=all`))
  const numbers = [...issues.map(({ number }) => Number(number)), ...repository.pulls.keys()]
  const lists = numbers.map((number) => world.upstream.list(reader(repository), `${path}/${number}/comments`))
  const comments = asRecords(mend(world, repository, (await Promise.all(lists)).flat()))
  return comments.sort((left, right) => Number(left.id) - Number(right.id))
}

async function listComments(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  askIssuesEnabled(exchange, repository)
  return forward(exchange, repository)
}

async function comment(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  askIssuesEnabled(exchange, repository)
  askBody(exchange, 'IssueComment')
  const before = await subject(exchange, repository)
  // GitHub lets an App comment on a locked issue no more than a stranger.
  const { caller } = exchange
  const insider = isTrusted(caller) || (caller.kind === 'user' && mayWrite(roleOf(repository, caller.login)))
  if (before.locked && !insider) throw forbidden('Unable to create comment because issue is locked.')
  const answer = await forward(exchange, repository)
  if (answer.status === 201) await announceComment(exchange, repository, 'created', asRecord(answer.body))
  return answer
}

async function editComment(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  askBody(exchange, 'IssueComment')
  const before = await existingComment(exchange, repository)
  const answer = await forward(exchange, repository)
  const changes = { body: { from: before.body } }
  await announceComment(exchange, repository, 'edited', asRecord(answer.body), { changes })
  return answer
}

async function deleteComment(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const before = await existingComment(exchange, repository)
  await forward(exchange, repository)
  await announceComment(exchange, repository, 'deleted', before)
  return noContent
}

export async function existingComment(exchange: Exchange, repository: HostedRepository): Promise<Json> {
  const path = `/repos/${repository.fullName}/issues/comments/${param(exchange, 'comment')}`
  const answer = await exchange.world.upstream.ask(reader(repository), 'GET', path)
  if (answer.status !== 200) throw notFound()
  return asRecord(mend(exchange.world, repository, answer.body))
}

async function announceComment(
  exchange: Exchange,
  repository: HostedRepository,
  action: string,
  written: Json,
  extra: Json = {},
): Promise<void> {
  const number = asText(written.issue_url).split('/').at(-1) ?? ''
  const issue = await subject({ ...exchange, params: { ...exchange.params, number } }, repository)
  const payload = { event: 'issue_comment', action, issue, comment: written, ...extra }
  await announce(exchange.world, repository, loginOf(exchange), payload)
}
