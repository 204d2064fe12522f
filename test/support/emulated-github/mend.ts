// emulate's answers, mended to what GitHub says: settings, heads, authors, reactions and times that we keep.

import { asRecord, asText, isRecord, type Json } from './json.ts'
import { type HostedRepository, roleOf } from './repository.ts'
import type { World } from './world.ts'

/** A copy of anything that emulate answered. `repository` is the one that was asked about. */
export function mend(world: World, repository: HostedRepository | undefined, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mend(world, repository, item))
  if (!isRecord(value)) return value
  const mended: Json = {}
  for (const [key, item] of Object.entries(value)) mended[key] = mendField(world, repository, key, item)
  mendUser(mended, world)
  mendRepository(mended, world)
  if (repository) mendConversation(mended, world, repository)
  return mended
}

function mendField(world: World, repository: HostedRepository | undefined, key: string, item: unknown): unknown {
  // GitHub's times have whole seconds; programs that compare them should meet that here.
  if (key.endsWith('_at') && typeof item === 'string') return item.replace(/\.\d{3}Z$/, 'Z')
  return mend(world, repository, item)
}

function mendUser(value: Json, world: World): void {
  const login = value.login
  if (typeof login !== 'string' || !('type' in value)) return
  if (login.endsWith('[bot]')) {
    value.type = 'Bot'
    value.html_url = `${world.url}/apps/${login.slice(0, -'[bot]'.length)}`
  }
}

function mendRepository(value: Json, world: World): void {
  if (typeof value.full_name !== 'string' || !('default_branch' in value)) return
  const repository = world.repositories.get(value.full_name.toLowerCase())
  if (!repository) return
  const { settings } = repository
  value.private = settings.private
  value.visibility = settings.private ? 'private' : 'public'
  value.archived = settings.archived
  value.has_issues = settings.issuesEnabled
  value.default_branch = settings.defaultBranch
  value.pushed_at = repository.git.empty ? null : repository.pushedAt.replace(/\.\d{3}Z$/, 'Z')
  value.size = repository.git.empty ? 0 : 1
  value.clone_url = `${world.url}/${repository.fullName}.git`
}

function mendConversation(value: Json, world: World, repository: HostedRepository): void {
  if (!('author_association' in value) || !('body' in value)) return
  const author = asText(asRecord(value.user).login)
  value.author_association = association(repository, author)
  if (isPull(value)) mendPull(value, repository)
  else if ('number' in value) mendIssue(value, world, repository)
  else mendComment(value, repository)
  if ('performed_via_github_app' in value) {
    value.performed_via_github_app = author === world.app.botLogin ? appSummary(world) : null
  }
}

const isPull = (value: Json) => isRecord(value.head) && isRecord(value.base) && 'diff_url' in value

function mendPull(value: Json, repository: HostedRepository): void {
  const pull = repository.pulls.get(Number(value.number))
  if (!pull) return
  value.head = { ...asRecord(value.head), sha: repository.git.refs.get(`refs/pull/${pull.number}/head`) }
  value.base = { ...asRecord(value.base), sha: pull.baseSha }
}

function mendIssue(value: Json, world: World, repository: HostedRepository): void {
  const number = Number(value.number)
  if (repository.pulls.has(number)) {
    value.pull_request = {
      url: `${world.url}/repos/${repository.fullName}/pulls/${number}`,
      html_url: `${world.url}/${repository.fullName}/pull/${number}`,
      merged_at: null,
    }
  }
  mendReactions(value, repository, `issues/${number}`)
}

function mendComment(value: Json, repository: HostedRepository): void {
  mendReactions(value, repository, `comments/${Number(value.id)}`)
}

function mendReactions(value: Json, repository: HostedRepository, subject: string): void {
  const summary = asRecord(value.reactions)
  const reactions = repository.reactions.get(subject) ?? []
  const counts = Object.fromEntries(
    ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'].map((content) => [
      content,
      reactions.filter((reaction) => reaction.content === content).length,
    ]),
  )
  value.reactions = { ...summary, ...counts, total_count: reactions.length }
}

function association(repository: HostedRepository, login: string): string {
  if (login === repository.owner) return 'OWNER'
  if (repository.collaborators.has(login)) return 'COLLABORATOR'
  return roleOf(repository, login) === 'admin' ? 'OWNER' : 'NONE'
}

export function appSummary({ app, url }: World): Json {
  return {
    id: app.id,
    slug: app.slug,
    node_id: Buffer.from(`App${app.id}`).toString('base64'),
    name: app.name,
    html_url: `${url}/apps/${app.slug}`,
    permissions: app.permissions,
    events: app.events,
  }
}
