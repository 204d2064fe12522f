// What stands on GitHub now, in the few words that tests ask for.

import { allComments } from './conversation-routes.ts'
import { asRecord, asRecords, asText, type Json } from './json.ts'
import { mend } from './mend.ts'
import type { HostedRepository } from './repository.ts'
import type { CommentState, EmulatedState, IssueState, PullRequestState, RepositoryState } from './types.ts'
import { reader, type World } from './world.ts'

export async function readState(world: World): Promise<EmulatedState> {
  const repositories = [...world.repositories.values()]
  const states = await Promise.all(repositories.map((repository) => readRepository(world, repository)))
  return {
    repositories: Object.fromEntries(repositories.map(({ fullName }, index) => [fullName, states[index] ?? EMPTY])),
  }
}

const EMPTY: RepositoryState = { branches: {}, labels: [], issues: [], pullRequests: [] }

async function readRepository(world: World, repository: HostedRepository): Promise<RepositoryState> {
  const list = async (path: string) => {
    const items = await world.upstream.list(reader(repository), `/repos/${repository.fullName}/${path}`)
    return asRecords(mend(world, repository, items))
  }
  const comments = await allComments(world, repository)
  const about = (number: number) => comments.filter((comment) => asText(comment.issue_url).endsWith(`/${number}`))
  const describe = (number: number) => about(number).map((comment) => readComment(repository, comment))
  const byNumber = (left: { number: number }, right: { number: number }) => left.number - right.number
  const issues = (await list('issues?state=all')).map((issue) => readIssue(issue, describe))
  const pulls = (await list('pulls?state=all')).map((pull) => readPull(pull, describe))
  return {
    branches: Object.fromEntries(repository.git.branches()),
    labels: namesOf(await list('labels')),
    issues: issues.sort(byNumber),
    pullRequests: pulls.sort(byNumber),
  }
}

function readIssue(issue: Json, comments: (number: number) => CommentState[]): IssueState {
  return { ...readSubject(issue), locked: issue.locked === true, comments: comments(Number(issue.number)) }
}

function readPull(pull: Json, comments: (number: number) => CommentState[]): PullRequestState {
  const head = asRecord(pull.head)
  return {
    ...readSubject(pull),
    draft: pull.draft === true,
    merged: pull.merged === true || typeof pull.merged_at === 'string',
    head: asText(head.ref),
    headSha: asText(head.sha),
    base: asText(asRecord(pull.base).ref),
    requestedReviewers: asRecords(pull.requested_reviewers).map((reviewer) => asText(reviewer.login)),
    comments: comments(Number(pull.number)),
  }
}

function readSubject(subject: Json) {
  return {
    number: Number(subject.number),
    title: asText(subject.title),
    body: asText(subject.body),
    state: subject.state === 'closed' ? ('closed' as const) : ('open' as const),
    labels: namesOf(subject.labels),
    author: asText(asRecord(subject.user).login),
  }
}

function readComment(repository: HostedRepository, comment: Json): CommentState {
  const id = Number(comment.id)
  return {
    id,
    author: asText(asRecord(comment.user).login),
    body: asText(comment.body),
    byApp: comment.performed_via_github_app !== null,
    reactions: (repository.reactions.get(`comments/${id}`) ?? []).map((reaction) => reaction.content),
    createdAt: asText(comment.created_at),
    updatedAt: asText(comment.updated_at),
  }
}

const namesOf = (labels: unknown) => asRecords(labels).map((label) => asText(label.name))
