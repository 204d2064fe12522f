// What tests hold in their hands: people who act, settings, deliveries, faults and a look at the state.

import { describeInstallation, describeRepository } from './app-routes.ts'
import { isoSeconds } from './bare-repository.ts'
import { stateOf } from './callers.ts'
import { announce, installationReference, surroundings, userOf } from './events.ts'
import { afterDeletion } from './git-routes.ts'
import { asRecord, type Json } from './json.ts'
import { act, askKnown, fillRepository, openIssue, ownerOf } from './people.ts'
import { configureRepository, createRepository, fileEdits, type HostedRepository, moveBranch } from './repository.ts'
import type { GitHubServer } from './server.ts'
import { readState } from './state.ts'
import type {
  Call,
  Delivery,
  EmulatedGitHub,
  EmulatedState,
  FaultSeed,
  InstallationAction,
  IssuedToken,
  IssueSeed,
  Push,
  RepositoryName,
  RepositorySeed,
  RepositorySettings,
  TokenNarrowing,
} from './types.ts'
import type { World } from './world.ts'

export class RunningGitHub implements EmulatedGitHub {
  readonly #world: World
  readonly #server: GitHubServer
  readonly #root: string
  readonly #remove: () => Promise<void>
  #closing: Promise<void> | undefined

  constructor(world: World, server: GitHubServer, folder: { root: string; remove: () => Promise<void> }) {
    this.#world = world
    this.#server = server
    this.#root = folder.root
    this.#remove = folder.remove
  }

  get url(): string {
    return this.#world.url
  }

  get enterpriseUrl(): string {
    return `${this.#world.url}/api/v3`
  }

  get app(): EmulatedGitHub['app'] {
    const { id, slug, botLogin, privateKey, webhookSecret } = this.#world.app
    return { id, slug, botLogin, privateKey, webhookSecret }
  }

  get installations(): { id: number; account: string }[] {
    return this.#world.callers.installations.map(({ id, account }) => ({ id, account }))
  }

  cloneUrl(repo: RepositoryName): string {
    return `${this.url}/${repo}.git`
  }

  userToken(login: string): string {
    askKnown(this.#world, login)
    return this.#world.callers.userToken(login)
  }

  async installationToken(installationId: number, narrowing: TokenNarrowing = {}): Promise<string> {
    return this.#world.callers.issue(installationId, narrowing).token
  }

  async openIssue(repo: RepositoryName, issue: IssueSeed, by?: string): Promise<number> {
    const repository = this.#repository(repo)
    const author = by ?? issue.author ?? ownerOf(this.#world, repository)
    return openIssue(this.#world, repository, { ...issue, author })
  }

  async label(repo: RepositoryName, issue: number, label: string, by: string): Promise<void> {
    await this.#act(by, 'POST', `/repos/${repo}/issues/${issue}/labels`, { labels: [label] })
  }

  async unlabel(repo: RepositoryName, issue: number, label: string, by: string): Promise<void> {
    await this.#act(by, 'DELETE', `/repos/${repo}/issues/${issue}/labels/${encodeURIComponent(label)}`)
  }

  async comment(repo: RepositoryName, issue: number, body: string, by: string): Promise<number> {
    const written = await this.#act(by, 'POST', `/repos/${repo}/issues/${issue}/comments`, { body })
    return Number(asRecord(written).id)
  }

  async editIssue(repo: RepositoryName, issue: number, fields: { title?: string; body?: string }, by: string) {
    await this.#act(by, 'PATCH', `/repos/${repo}/issues/${issue}`, fields)
  }

  async closeIssue(repo: RepositoryName, issue: number, by: string): Promise<void> {
    await this.#act(by, 'PATCH', `/repos/${repo}/issues/${issue}`, { state: 'closed' })
  }

  async reopenIssue(repo: RepositoryName, issue: number, by: string): Promise<void> {
    await this.#act(by, 'PATCH', `/repos/${repo}/issues/${issue}`, { state: 'open' })
  }

  async lockIssue(repo: RepositoryName, issue: number, by: string): Promise<void> {
    await this.#act(by, 'PUT', `/repos/${repo}/issues/${issue}/lock`, {})
  }

  async closePullRequest(repo: RepositoryName, number: number, by: string): Promise<void> {
    await this.#act(by, 'PATCH', `/repos/${repo}/pulls/${number}`, { state: 'closed' })
  }

  async push(repo: RepositoryName, { branch, files, message, by }: Push): Promise<string> {
    const repository = this.#repository(repo)
    const { git, settings } = repository
    const from = git.branch(branch)
    const parent = from ?? git.branch(settings.defaultBranch)
    const tree = await git.writeTree(parent, await fileEdits(git, files))
    const author = { name: by, email: `${by}@users.noreply.github.com`, date: isoSeconds(new Date()) }
    const parents = parent ? [parent] : []
    const sha = await git.writeCommit({ tree, parents, author, committer: author, message, signature: undefined })
    await moveBranch(repository, branch, sha, from)
    const moved = { event: 'push', ref: `refs/heads/${branch}`, before: from ?? '0'.repeat(40), after: sha }
    await announce(this.#world, repository, by, moved)
    return sha
  }

  async deleteBranch(repo: RepositoryName, branch: string): Promise<void> {
    const repository = this.#repository(repo)
    await repository.git.deleteRef(`refs/heads/${branch}`)
    await afterDeletion(this.#world, repository)
  }

  configure(repo: RepositoryName, settings: RepositorySettings): void {
    configureRepository(this.#repository(repo), settings)
  }

  async addRepository(seed: RepositorySeed): Promise<void> {
    const { owner, name, description } = seed
    const named = { owner, name, default_branch: seed.defaultBranch ?? 'main' }
    await this.#world.upstream.createRepository(description ? { ...named, description } : named)
    const repository = await createRepository(seed, this.#root)
    this.#world.repositories.set(repository.fullName.toLowerCase(), repository)
    await fillRepository(this.#world, repository, seed)
  }

  async installation(id: number, action: InstallationAction): Promise<void> {
    const installation = this.#world.callers.installations.find((each) => each.id === id)
    if (!installation) throw new Error(`There is no installation ${id}`)
    installation.deleted = action === 'deleted'
    if (action === 'suspend') installation.suspendedAt = new Date().toISOString()
    if (action === 'unsuspend' || action === 'created') installation.suspendedAt = undefined
    if (action === 'deleted') this.#end('revoked', (token) => token.installationId === id)
    this.#world.webhooks.send('installation', {
      action,
      installation: await describeInstallation(this.#world, installation),
      repositories: await this.#references(this.#world.callers.repositoriesOf(installation)),
      requester: null,
      sender: await this.#sender(installation.account),
    })
  }

  async installationRepositories(id: number, action: 'added' | 'removed', repositories: RepositoryName[]) {
    const installation = this.#world.callers.installation(id)
    const now = new Set(
      installation.repositories ?? this.#world.callers.repositoriesOf(installation).map(({ fullName }) => fullName),
    )
    for (const name of repositories) {
      if (action === 'added') now.add(name)
      else now.delete(name)
    }
    installation.repositories = now
    const changed = await this.#references(repositories.map((name) => this.#repository(name)))
    this.#world.webhooks.send('installation_repositories', {
      action,
      installation: await describeInstallation(this.#world, installation),
      repository_selection: 'selected',
      repositories_added: action === 'added' ? changed : [],
      repositories_removed: action === 'removed' ? changed : [],
      requester: null,
      sender: await this.#sender(installation.account),
    })
  }

  expireTokens(tokens?: string[]): void {
    this.#end('expired', ({ token }) => !tokens || tokens.includes(token))
  }

  setWebhookTarget(url: string | undefined): void {
    this.#world.webhooks.target = url
  }

  deliveries(): Delivery[] {
    return [...this.#world.webhooks.deliveries]
  }

  redeliver(id: number): Promise<Delivery> {
    return this.#world.webhooks.redeliver(id)
  }

  async emit(
    event: string,
    payload: Record<string, unknown>,
    at: { repo?: RepositoryName; installationId?: number; by?: string },
  ): Promise<number> {
    const around = at.repo ? await surroundings(this.#world, this.#repository(at.repo), at.by ?? 'admin') : {}
    const sender = at.by && !at.repo ? { sender: await userOf(this.#world, at.by) } : {}
    const installation = at.installationId ? { installation: installationReference(at.installationId) } : {}
    return this.#world.webhooks.send(event, { ...around, ...sender, ...installation, ...payload }).id
  }

  delivered(): Promise<void> {
    return this.#world.webhooks.settled()
  }

  fault(fault: FaultSeed): () => void {
    return this.#server.faults.add(fault)
  }

  clearFaults(): void {
    this.#server.faults.clear()
  }

  state(): Promise<EmulatedState> {
    return readState(this.#world)
  }

  calls(): Call[] {
    return [...this.#server.calls]
  }

  clearCalls(): void {
    this.#server.calls.length = 0
  }

  tokens(): IssuedToken[] {
    return this.#world.callers.tokens.map((token) => ({ ...token, state: stateOf(token) }))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#world.webhooks.close()
    await this.#server.close()
    await this.#world.upstream.close()
    await this.#remove()
  }

  #act(by: string, method: string, path: string, body?: unknown): Promise<unknown> {
    return act(this.#world, { by, method, path, body })
  }

  #repository(name: RepositoryName): HostedRepository {
    const repository = this.#world.repositories.get(name.toLowerCase())
    if (!repository) throw new Error(`The emulated GitHub has no repository ${name}`)
    return repository
  }

  #end(state: 'revoked' | 'expired', match: (token: IssuedToken) => boolean): void {
    for (const token of this.#world.callers.tokens) if (token.state === 'alive' && match(token)) token.state = state
  }

  /** Repositories as installation events name them. */
  #references(repositories: HostedRepository[]): Promise<Json[]> {
    const refer = async (repository: HostedRepository) => {
      const { id, node_id, name, full_name, private: hidden } = await describeRepository(this.#world, repository)
      return { id, node_id, name, full_name, private: hidden }
    }
    return Promise.all(repositories.map(refer))
  }

  #sender(account: string) {
    return userOf(this.#world, this.#world.upstream.isOrganization(account) ? 'admin' : account)
  }
}
