// GitHub in our words. Types only; the Octokit adapter beside this is the only file that knows its API.

import type { Logger } from 'pino'
import type { TreeChange } from '../publish/publication.ts'
import type { PullRequestEnd } from '../run/outcome.ts'
import type { CloneSource } from '../task/task-host.ts'

export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none'

export interface RepositoryFacts {
  owner: string
  name: string
  defaultBranch: string
  archived: boolean
  issuesEnabled: boolean
  /** Bytes. */
  size: number
  empty: boolean
  url: string
}

export interface IssueFacts {
  number: number
  title: string
  body: string
  state: 'open' | 'closed'
  locked: boolean
  isPullRequest: boolean
  labels: string[]
  author: string
  url: string
}

/** As a sweep finds it: with the time of its last change, by GitHub's clock and in whole seconds. */
export interface LabelledIssue extends Pick<IssueFacts, 'number' | 'title' | 'body' | 'url' | 'labels'> {
  updatedAt: string
}

/** Who put a label on an issue last. */
export interface Labelling {
  by: string
  isBot: boolean
  /** ISO 8601, by GitHub's clock and in whole seconds. */
  at: string
}

export interface InstallationFacts {
  id: number
  createdAt: Date
  suspended: boolean
}

/** A webhook that GitHub has sent, or tried to. */
export interface DeliveryFacts {
  id: number
  /** The same for every attempt at one event. */
  guid: string
  at: Date
  /** With its action: `issues.labeled`. */
  event: string
  /** One that was asked for, by us or by a person. */
  redelivery: boolean
  /** We have answered that it was received. */
  taken: boolean
}

export interface PullRequestFacts {
  number: number
  title: string
  body: string
  url: string
  state: 'open' | 'closed'
  draft: boolean
  headBranch: string
  headSha: string
  /** Absent while it is open. */
  end?: PullRequestEnd
}

export interface CommentFacts {
  id: number
  body: string
  /** True when our own App wrote it. */
  ours: boolean
  author: string
}

export interface LabelDescription {
  name: string
  /** Six hexadecimal digits. */
  color: string
  description: string
}

/** The App itself; for `doctor` and start-up. */
export interface GitHubApp {
  describe(): Promise<{ slug: string; id: number; permissions: Record<string, string>; events: string[] }>
  installationFor(owner: string, repo: string): Promise<number | undefined>
  repository(installationId: number, owner: string, repo: string): GitHubRepository
  installations(): Promise<InstallationFacts[]>
  /** The repositories of an installation that can have issues to work on. */
  reachable(installationId: number): Promise<{ owner: string; name: string; defaultBranch: string }[]>
  /** Newest first. GitHub keeps them for some days. */
  deliveries(since: Date): Promise<DeliveryFacts[]>
  /** Asks GitHub to send it again, under the same guid. GitHub does so for three days. */
  redeliver(deliveryId: number): Promise<void>
  /** The same App, whose repositories write to another log, such as a run's. */
  withLog(log: Logger): GitHubApp
  /** The same App for work that nobody waits for: where little is left of an installation's calls, they end in `infrastructure`/`github_budget_low`. */
  inBackground(): GitHubApp
}

/**
 * One repository through one installation. Every method throws Faults: `infrastructure` (`github_unreachable`, `github_rate_limited`, `github_error`),
 * `invalid_input` (`github_not_found`, `github_forbidden`, `installation_suspended`, `github_key_invalid`, `github_app_unknown`,
 * `repository_archived`, `issues_disabled`, `github_refused` for every other refusal). Tokens are minted at use and never returned except in CloneSource.env.
 */
export interface GitHubRepository {
  readonly owner: string
  readonly name: string
  facts(): Promise<RepositoryFacts>
  issue(number: number): Promise<IssueFacts>
  /** Open issues with the label that changed since, the latest first; at most 300, and no pull requests. */
  labelledIssues(label: string, since?: Date): Promise<LabelledIssue[]>
  /** Undefined where nobody is known to have put it. */
  labelling(issue: number, label: string): Promise<Labelling | undefined>
  /** `none` for bots, whatever GitHub grants them. */
  permission(login: string): Promise<Permission>
  /** The account that wrote with this e-mail address in this repository; undefined when GitHub knows none, or it is a bot's. */
  loginOf(email: string): Promise<string | undefined>
  /** Undefined when there is no such branch. */
  head(branch: string): Promise<string | undefined>
  /** `commit` may be a branch, where the newest will do. */
  readFile(path: string, commit: string): Promise<string | undefined>
  /** Names in a folder at a commit; empty when the folder is not there. */
  listFolder(path: string, commit: string): Promise<string[]>
  pullRequests(state: 'open' | 'all', headBranch?: string): Promise<PullRequestFacts[]>

  comments(issue: number): Promise<CommentFacts[]>
  createComment(issue: number, body: string): Promise<number>
  updateComment(id: number, body: string): Promise<void>
  deleteComment(id: number): Promise<void>
  addReaction(commentId: number, reaction: '+1' | 'eyes' | 'confused'): Promise<void>

  /** A token narrowed to this repository and `contents:read`, by environment only. */
  cloneSource(): Promise<CloneSource & { revoke(): Promise<void> }>
  /** From now on calls end with what the signal is aborted with, whatever they wait for, and nothing is sent any more; undefined: none do. */
  endWith(signal: AbortSignal | undefined): void
  /** Gives back the tokens that are kept between calls; later calls get new ones. Never throws. */
  release(): Promise<void>

  /** Blobs, tree, commit by the Git Data API with a token minted for writing. Throws `conflict`/`tree_mismatch` when GitHub's tree is not `expectedTree`. */
  createCommit(options: {
    /** The changes are relative to this commit's tree. */
    baseCommit: string
    /** Where the commit goes on from, such as our own earlier head on the same base; the base commit when left out. */
    parent?: string
    changes: TreeChange[]
    expectedTree: string
    message: string
  }): Promise<string>
  /** Creates the branch, or moves it by fast-forward only. Throws `conflict`/`branch_taken` when its head is not `from`, `invalid_input`/`ruleset_refused` when a rule refuses. */
  setBranch(branch: string, commit: string, from: string | undefined): Promise<void>
  /** Falls back to a plain PR with a note when the plan has no draft PRs (422). */
  createPullRequest(options: {
    head: string
    base: string
    title: string
    body: string
    draft: boolean
  }): Promise<PullRequestFacts & { notes: string[] }>
  updatePullRequest(number: number, fields: { title?: string; body?: string }): Promise<void>
  /** Whether it is made, so that it can be put on issues. */
  hasLabel(name: string): Promise<boolean>
  /** False where it was there already, in whatever case; it is left as it is then. */
  createLabel(label: LabelDescription): Promise<boolean>
  /** Sets, so calling again adds nothing. Creates missing labels. */
  addLabels(number: number, labels: string[]): Promise<void>
  /** `org/team` names a team. Answers a note for each that GitHub refused. */
  requestReviewers(number: number, logins: string[]): Promise<string[]>
  /** Trailers and tree of a commit, to find our own work again. `ours`: nobody else has written or rewritten it. */
  commit(sha: string): Promise<{ tree: string; message: string; parents: string[]; ours: boolean }>
  isAncestor(ancestor: string, descendant: string): Promise<boolean>
}
