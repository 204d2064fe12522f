// What the emulated GitHub takes and offers. Repositories are named `owner/name` everywhere.

export type RepositoryName = `${string}/${string}`
export type Role = 'admin' | 'maintain' | 'write' | 'triage' | 'read'

export interface EmulatedGitHubOptions {
  /** Defaults: id 4711, slug `draftsmith`, a generated key, secret `webhook-secret`. */
  app?: AppSeed
  /** Owners, collaborators, authors and installed accounts that are not named here exist all the same, as type `User`. */
  users?: UserSeed[]
  repositories: RepositorySeed[]
  /** Default: one for each owner, on all its repositories, ids from 1001, with the permissions and events of the App. */
  installations?: InstallationSeed[]
  /** Where webhooks are sent; none are sent until it is set, but all are recorded. */
  webhookUrl?: string
  /** Default 0: a free port. Only loopback is listened on. */
  port?: number
}

export interface AppSeed {
  id?: number
  slug?: string
  name?: string
  /** PEM. */
  privateKey?: string
  webhookSecret?: string
  permissions?: Record<string, 'read' | 'write'>
  events?: string[]
}

export interface UserSeed {
  login: string
  /** Default `User`; a `Bot` should have a login that ends in `[bot]`. */
  type?: 'User' | 'Organization' | 'Bot'
  name?: string
  email?: string
}

export interface RepositorySeed {
  owner: string
  name: string
  private?: boolean
  description?: string
  /** Default `main`. */
  defaultBranch?: string
  /**
   * Absolute path. What `git add` takes there is the first commit: `.gitignore` holds, `.git` and `node_modules` are left out.
   * With neither this nor `files` the repository is empty. The commit has a fixed author and date, so its SHA is always the same.
   */
  folder?: string
  /** Path → content; added to those of `folder`. */
  files?: Record<string, FileSeed>
  /** Login → role. The owner is admin always. Everybody else reads, if the repository is public. */
  collaborators?: Record<string, Role>
  labels?: string[]
  issues?: IssueSeed[]
  archived?: boolean
  /** Default true. */
  issuesEnabled?: boolean
  /** Default true; false is a plan without draft pull requests: 422. */
  draftPullRequests?: boolean
  rulesets?: RulesetSeed[]
}

export type FileSeed = string | Buffer | { content: string | Buffer; mode: '100644' | '100755' | '120000' }

export interface IssueSeed {
  title: string
  body?: string
  /** Login. Default: the owner of the repository. */
  author?: string
  labels?: string[]
  state?: 'open' | 'closed'
  locked?: boolean
}

/** Refuses to create, move or delete the branches that match, with the answer GitHub gives. */
export interface RulesetSeed {
  /** Branch name, `*` stands for anything but a slash, `**` for anything. */
  branches: string
  /** `creation` and `update` answer 422, `signatures` refuses unsigned pushes only (commits of the API are signed). */
  rule: 'creation' | 'update' | 'deletion' | 'signatures'
  /** Default `Cannot create ref due to creations being restricted.` and the like. */
  message?: string
}

export interface InstallationSeed {
  id?: number
  account: string
  /** Repository names without owner; default all of the account. */
  repositories?: string[]
  permissions?: Record<string, 'read' | 'write'>
  events?: string[]
  suspended?: boolean
}

/** A running GitHub. Every `by` is a login. */
export interface EmulatedGitHub {
  /** `http://127.0.0.1:PORT`: base URL for Octokit, and root of web and clone addresses. */
  readonly url: string
  /** The same API below `/api/v3`, as GitHub Enterprise Server has it; web addresses and git at `url`. */
  readonly enterpriseUrl: string
  readonly app: { id: number; slug: string; botLogin: string; privateKey: string; webhookSecret: string }
  readonly installations: { id: number; account: string }[]

  /** Without credentials in it. */
  cloneUrl(repo: RepositoryName): string
  /** A personal token of a user, for acting through the API as that person. */
  userToken(login: string): string
  /** Mints an installation token as `POST /app/installations/{id}/access_tokens` does. */
  installationToken(installationId: number, narrowing?: TokenNarrowing): Promise<string>

  // People act, and the webhook that GitHub would send is sent. Roles and settings are not asked here: an issue form labels for outsiders too.
  // The login must be known from the options (users, owners, collaborators, authors).
  openIssue(repo: RepositoryName, issue: IssueSeed, by?: string): Promise<number>
  label(repo: RepositoryName, issue: number, label: string, by: string): Promise<void>
  unlabel(repo: RepositoryName, issue: number, label: string, by: string): Promise<void>
  /** The comment's id. */
  comment(repo: RepositoryName, issue: number, body: string, by: string): Promise<number>
  editIssue(repo: RepositoryName, issue: number, fields: { title?: string; body?: string }, by: string): Promise<void>
  closeIssue(repo: RepositoryName, issue: number, by: string): Promise<void>
  reopenIssue(repo: RepositoryName, issue: number, by: string): Promise<void>
  lockIssue(repo: RepositoryName, issue: number, by: string): Promise<void>
  closePullRequest(repo: RepositoryName, number: number, by: string): Promise<void>
  /** One more commit on a branch, by a person; the new head. Rulesets are not asked. `null` deletes a file. Creates the branch from the default branch. */
  push(repo: RepositoryName, push: Push): Promise<string>
  deleteBranch(repo: RepositoryName, branch: string): Promise<void>

  /** Changes settings of a repository while running. Sends nothing. */
  configure(repo: RepositoryName, settings: RepositorySettings): void
  /** A repository that did not exist at the start; sends nothing. */
  addRepository(seed: RepositorySeed): Promise<void>
  /** Sends `installation.created` etc.; `suspend` also refuses tokens and calls with 403. */
  installation(id: number, action: InstallationAction): Promise<void>
  /** Sends `installation_repositories.added` or `removed` and changes what the installation reaches. */
  installationRepositories(id: number, action: 'added' | 'removed', repositories: RepositoryName[]): Promise<void>
  /** From now on these tokens are answered 401 (default: all of installations). */
  expireTokens(tokens?: string[]): void

  setWebhookTarget(url: string | undefined): void
  /** In order of sending; redeliveries are entries of their own with the same guid. */
  deliveries(): Delivery[]
  /** Sends the same body again under the same guid, as the button does. */
  redeliver(id: number): Promise<Delivery>
  /** Sends any event; `payload` is completed with repository, sender and installation when these are absent. The delivery's id. */
  emit(
    event: string,
    payload: Record<string, unknown>,
    at: { repo?: RepositoryName; installationId?: number; by?: string },
  ): Promise<number>
  /** Resolves when every delivery that was sent so far has been answered, failed or timed out. */
  delivered(): Promise<void>

  /** Faults are asked in the order they were added; the first that matches acts. Returns a function that takes the fault out. */
  fault(fault: FaultSeed): () => void
  clearFaults(): void

  /** What stands on GitHub now. */
  state(): Promise<EmulatedState>
  /** Every request, in order, also git and refused ones. */
  calls(): Call[]
  clearCalls(): void
  tokens(): IssuedToken[]

  /** Ends the server, its git processes, pending deliveries, and removes its folder. May be called twice. */
  close(): Promise<void>
}

export type InstallationAction = 'created' | 'deleted' | 'suspend' | 'unsuspend' | 'new_permissions_accepted'

export interface TokenNarrowing {
  /** Without owner. */
  repositories?: string[]
  permissions?: Record<string, 'read' | 'write'>
}

export interface Push {
  branch: string
  files: Record<string, FileSeed | null>
  message: string
  by: string
}

export interface RepositorySettings {
  archived?: boolean
  issuesEnabled?: boolean
  draftPullRequests?: boolean
  rulesets?: RulesetSeed[]
  collaborators?: Record<string, Role | 'none'>
  defaultBranch?: string
  private?: boolean
}

export interface FaultSeed {
  match: (request: FaultRequest) => boolean
  /**
   * `status` answers at once without acting · `reset` closes the connection without acting · `timeout_after_write` acts, then never answers
   * (the connection is closed after `delayMs`) · `delay` acts after `delayMs`.
   */
  kind: 'status' | 'reset' | 'timeout_after_write' | 'delay'
  /** Default 502. */
  status?: number
  headers?: Record<string, string>
  body?: unknown
  /** Milliseconds. Default: `delay` 100, `timeout_after_write` 0, which closes the connection as soon as the write is done. */
  delayMs?: number
  /** How often it acts. Default: always. */
  times?: number
}

export interface FaultRequest {
  method: string
  /** Without query and without `/api/v3`. */
  path: string
  query: URLSearchParams
  headers: Record<string, string>
  /** Parsed JSON; undefined when there is none. */
  body: unknown
}

export interface Delivery {
  id: number
  guid: string
  event: string
  action: string | undefined
  payload: Record<string, unknown>
  redelivery: boolean
  deliveredAt: string
  /** Undefined while under way, and when no answer came. */
  status: number | undefined
  /** Milliseconds until the answer. */
  durationMs: number | undefined
  responseBody: string | undefined
  /** Why no answer came. */
  error: string | undefined
}

export interface Call {
  method: string
  /** Without query and without `/api/v3`. */
  path: string
  query: string
  /** Undefined when the connection was closed without an answer. */
  status: number | undefined
  token: 'app' | 'installation' | 'user' | 'invalid' | 'none'
  /** Parsed JSON; undefined when there is none. */
  body: unknown
  at: string
}

export interface IssuedToken {
  token: string
  installationId: number
  permissions: Record<string, string>
  /** `undefined` means all of the installation. */
  repositories: RepositoryName[] | undefined
  issuedAt: string
  expiresAt: string
  state: 'alive' | 'revoked' | 'expired'
}

export interface EmulatedState {
  repositories: Record<RepositoryName, RepositoryState>
}

export interface RepositoryState {
  /** Branch → head SHA. */
  branches: Record<string, string>
  labels: string[]
  issues: IssueState[]
  pullRequests: PullRequestState[]
}

export interface IssueState {
  number: number
  title: string
  body: string
  state: 'open' | 'closed'
  locked: boolean
  labels: string[]
  author: string
  comments: CommentState[]
}

export interface CommentState {
  id: number
  author: string
  body: string
  /** Written with an installation token. */
  byApp: boolean
  /** Contents such as `eyes`, one for each reaction. */
  reactions: string[]
  createdAt: string
  updatedAt: string
}

export interface PullRequestState {
  number: number
  title: string
  body: string
  state: 'open' | 'closed'
  draft: boolean
  merged: boolean
  head: string
  headSha: string
  base: string
  labels: string[]
  author: string
  requestedReviewers: string[]
  comments: CommentState[]
}
