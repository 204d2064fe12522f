// Issues, their comments, and whether a comment is our own.
import type { CommentFacts, GitHubRepository, IssueFacts, LabelledIssue, Labelling } from './github.ts'
import { type RepositorySession, steps } from './installation-token.ts'
import type { Client } from './octokit-client.ts'
import type { Place } from './repository-reads.ts'

type Issues = Pick<
  GitHubRepository,
  | 'issue'
  | 'labelledIssues'
  | 'labelling'
  | 'comments'
  | 'createComment'
  | 'updateComment'
  | 'deleteComment'
  | 'addReaction'
>

export interface Identity {
  appId: number
  /** The App's name in logins: its own is `<slug>[bot]`. */
  slug(): Promise<string>
}

export function issues(session: RepositorySession, place: Place, identity: Identity): Issues {
  const comment = <T>(action: string, call: (client: Client) => Promise<T>) => session.use(steps.comment, action, call)
  return {
    issue: (number) => session.use(steps.read, `read issue ${number}`, (client) => readIssue(client, place, number)),
    labelledIssues: (label, since) =>
      session.use(steps.read, `list issues with the label ${label}`, (client) =>
        listLabelled(client, place, label, since),
      ),
    labelling: (issue, label) =>
      session.use(steps.read, `read the events of issue ${issue}`, (client) =>
        readLabelling(client, place, issue, label),
      ),
    comments: async (issue) => {
      const slug = await identity.slug()
      return session.use(steps.read, `read the comments of issue ${issue}`, (client) =>
        readComments(client, place, issue, { appId: identity.appId, slug }),
      )
    },
    // Never retried by itself: an answer that was lost may have created the comment.
    createComment: (issue, body) =>
      comment(`comment on issue ${issue}`, async (client) => {
        const options = { ...place, issue_number: issue, body, request: { retries: 0 } }
        return (await client.rest.issues.createComment(options)).data.id
      }),
    updateComment: (id, body) =>
      comment(`edit comment ${id}`, async (client) => {
        await client.rest.issues.updateComment({ ...place, comment_id: id, body })
      }),
    deleteComment: (id) =>
      comment(`delete comment ${id}`, async (client) => {
        await client.rest.issues.deleteComment({ ...place, comment_id: id })
      }),
    addReaction: (commentId, reaction) =>
      comment(`react to comment ${commentId}`, async (client) => {
        await client.rest.reactions.createForIssueComment({ ...place, comment_id: commentId, content: reaction })
      }),
  }
}

async function readIssue(client: Client, place: Place, number: number): Promise<IssueFacts> {
  const { data } = await client.rest.issues.get({ ...place, issue_number: number })
  return {
    number: data.number,
    title: data.title,
    body: data.body ?? '',
    state: data.state === 'open' ? 'open' : 'closed',
    locked: data.locked,
    isPullRequest: data.pull_request !== undefined,
    labels: namesOf(data.labels),
    author: data.user?.login ?? 'ghost',
    url: data.html_url,
  }
}

const mostPages = 3

async function listLabelled(client: Client, place: Place, label: string, since?: Date): Promise<LabelledIssue[]> {
  const wanted = { ...place, labels: label, state: 'open', sort: 'updated', per_page: 100 } as const
  const asked = since === undefined ? wanted : { ...wanted, since: since.toISOString() }
  const found: LabelledIssue[] = []
  let page = 0
  for await (const { data } of client.paginate.iterator(client.rest.issues.listForRepo, asked)) {
    for (const issue of data) {
      const { number, title, html_url: url, updated_at: updatedAt } = issue
      if (issue.pull_request === undefined)
        found.push({ number, title, body: issue.body ?? '', url, updatedAt, labels: namesOf(issue.labels) })
    }
    page += 1
    if (page === mostPages) break
  }
  return found
}

/** GitHub tells the oldest first. */
async function readLabelling(
  client: Client,
  place: Place,
  issue: number,
  label: string,
): Promise<Labelling | undefined> {
  const events = await client.paginate(client.rest.issues.listEvents, { ...place, issue_number: issue, per_page: 100 })
  const isIt = (name: string | null | undefined) => name?.toLowerCase() === label.toLowerCase()
  const last = events.findLast((each) => each.event === 'labeled' && 'label' in each && isIt(each.label?.name))
  if (!last?.actor) return undefined
  return { by: last.actor.login, isBot: last.actor.type === 'Bot', at: last.created_at }
}

function namesOf(labels: (string | { name?: string })[]): string[] {
  return labels.map((label) => (typeof label === 'string' ? label : (label.name ?? '')))
}

async function readComments(client: Client, place: Place, issue: number, us: { appId: number; slug: string }) {
  const all = await client.paginate(client.rest.issues.listComments, { ...place, issue_number: issue, per_page: 100 })
  return all.map(
    (comment): CommentFacts => ({
      id: comment.id,
      body: comment.body ?? '',
      author: comment.user?.login ?? 'ghost',
      ours: comment.performed_via_github_app?.id === us.appId || comment.user?.login === `${us.slug}[bot]`,
    }),
  )
}
