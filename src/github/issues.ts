// Issues, their comments, and whether a comment is our own.
import type { CommentFacts, GitHubRepository, IssueFacts } from './github.ts'
import { type RepositorySession, steps } from './installation-token.ts'
import type { Client } from './octokit-client.ts'
import type { Place } from './repository-reads.ts'

type Issues = Pick<
  GitHubRepository,
  'issue' | 'comments' | 'createComment' | 'updateComment' | 'deleteComment' | 'addReaction'
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
    labels: data.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
    author: data.user?.login ?? 'ghost',
    url: data.html_url,
  }
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
