// Reactions to issues and comments, which emulate does not have.

import { type Answer, created, invalid, noContent, ok } from './answer.ts'
import { existingComment, subject } from './conversation-routes.ts'
import { userOf } from './events.ts'
import { asRecord, asText, type Json } from './json.ts'
import type { HostedRepository, Reaction } from './repository.ts'
import { type Exchange, loginOf, param, type Route, repositoryRoute } from './world.ts'

const READ = { access: 'read', permissions: ['issues', 'pull_requests'] } as const
const WRITE = { access: 'write', permissions: ['issues', 'pull_requests'] } as const
const CONTENTS = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes']

export const reactionRoutes: Route[] = [
  repositoryRoute('GET', '/issues/comments/:comment/reactions', READ, listReactions),
  repositoryRoute('POST', '/issues/comments/:comment/reactions', WRITE, react),
  repositoryRoute('DELETE', '/issues/comments/:comment/reactions/:reaction', WRITE, takeReactionBack),
  repositoryRoute('GET', '/issues/:number/reactions', READ, listReactions),
  repositoryRoute('POST', '/issues/:number/reactions', WRITE, react),
]

async function reactionSubject(exchange: Exchange, repository: HostedRepository): Promise<string> {
  if (param(exchange, 'number')) {
    await subject(exchange, repository)
    return `issues/${param(exchange, 'number')}`
  }
  await existingComment(exchange, repository)
  return `comments/${param(exchange, 'comment')}`
}

async function listReactions(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const about = await reactionSubject(exchange, repository)
  const reactions = repository.reactions.get(about) ?? []
  return ok(await Promise.all(reactions.map((reaction) => describeReaction(exchange, reaction))))
}

let reactionIds = 0

async function react(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const about = await reactionSubject(exchange, repository)
  const content = asText(asRecord(exchange.request.body).content)
  if (!CONTENTS.includes(content)) throw invalid('Reaction', { code: 'invalid', field: 'content' })
  const reactions = repository.reactions.get(about) ?? []
  const login = loginOf(exchange)
  const known = reactions.find((reaction) => reaction.login === login && reaction.content === content)
  if (known) return ok(await describeReaction(exchange, known))
  reactionIds += 1
  const reaction = { id: reactionIds, login, content, createdAt: new Date().toISOString() }
  repository.reactions.set(about, [...reactions, reaction])
  return created(await describeReaction(exchange, reaction))
}

async function takeReactionBack(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const about = await reactionSubject(exchange, repository)
  const id = Number(param(exchange, 'reaction'))
  const reactions = repository.reactions.get(about) ?? []
  repository.reactions.set(
    about,
    reactions.filter((reaction) => reaction.id !== id),
  )
  return noContent
}

async function describeReaction({ world }: Exchange, reaction: Reaction): Promise<Json> {
  return {
    id: reaction.id,
    node_id: Buffer.from(`Reaction${reaction.id}`).toString('base64'),
    user: await userOf(world, reaction.login),
    content: reaction.content,
    created_at: reaction.createdAt.replace(/\.\d{3}Z$/, 'Z'),
  }
}
