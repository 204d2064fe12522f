// emulate behind us: issues, comments, labels, pull requests and users live there. Git, tokens, settings and webhooks are ours.

import { createSign } from 'node:crypto'
import { createEmulator, type Emulator } from 'emulate'
import { asRecord, asText, type Json } from './json.ts'

export interface UpstreamSeed {
  users: { login: string; name?: string; email?: string }[]
  organizations: string[]
  repositories: { owner: string; name: string; description?: string; default_branch: string }[]
  app: { id: number; slug: string; name: string; privateKey: string }
  /** The address that web links carry: ours. */
  baseUrl: string
}

export interface UpstreamAnswer {
  status: number
  body: unknown
  link: string | undefined
}

/** As whom emulate is spoken to: a person by login, or the App on an account. */
export type Actor = { user: string } | { appOn: string }

// emulate refuses a token after 5,000 requests an hour; the limits that callers see are ours.
const CALLS_PER_TOKEN = 4500
const TOKENS_PER_USER = 20

export class Upstream {
  readonly #emulator: Emulator
  readonly #seed: UpstreamSeed
  readonly #address: string
  readonly #calls = new Map<string, number>()
  readonly #appTokens = new Map<string, { token: string; calls: number }>()

  private constructor(emulator: Emulator, seed: UpstreamSeed) {
    this.#emulator = emulator
    this.#seed = seed
    this.#address = `http://127.0.0.1:${new URL(emulator.url).port}`
  }

  static async start(seed: UpstreamSeed): Promise<Upstream> {
    const emulated = { tokens: userTokens(seed), github: emulateSeed(seed) }
    const emulator = await createEmulator({ service: 'github', port: 0, hostname: '127.0.0.1', seed: emulated })
    return new Upstream(emulator, seed)
  }

  knows(login: string): boolean {
    return login === 'admin' || this.#seed.users.some((user) => user.login === login)
  }

  isOrganization(login: string): boolean {
    return this.#seed.organizations.includes(login)
  }

  async ask(actor: Actor, method: string, path: string, body?: unknown): Promise<UpstreamAnswer> {
    const token = 'user' in actor ? this.#userToken(actor.user) : await this.#appToken(actor.appOn)
    return this.#request(token, method, path, body)
  }

  /** As `ask`, for what must not fail. */
  async must(actor: Actor, method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.ask(actor, method, path, body)
    if (answer.status < 300) return answer.body
    throw new Error(`${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  }

  /** Every page of a list. */
  async list(actor: Actor, path: string): Promise<unknown[]> {
    const items: unknown[] = []
    const separator = path.includes('?') ? '&' : '?'
    for (let page = 1; ; page += 1) {
      const body = await this.must(actor, 'GET', `${path}${separator}per_page=100&page=${page}`)
      const batch = Array.isArray(body) ? body : []
      items.push(...batch)
      if (batch.length < 100) return items
    }
  }

  async createRepository(repository: UpstreamSeed['repositories'][number]): Promise<void> {
    const organization = this.isOrganization(repository.owner)
    const actor = { user: organization ? 'admin' : repository.owner }
    const path = organization ? `/orgs/${repository.owner}/repos` : '/user/repos'
    const { name, description, default_branch } = repository
    await this.must(actor, 'POST', path, { name, description, auto_init: true })
    if (default_branch !== 'main') {
      await this.must(actor, 'PATCH', `/repos/${repository.owner}/${name}`, { default_branch })
    }
  }

  close(): Promise<void> {
    return this.#emulator.close()
  }

  async #request(token: string, method: string, path: string, body: unknown): Promise<UpstreamAnswer> {
    const response = await fetch(`${this.#address}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = this.#ours(await response.text())
    const link = response.headers.get('link')
    return {
      status: response.status,
      body: text ? JSON.parse(text) : undefined,
      link: link ? this.#ours(link) : undefined,
    }
  }

  // emulate writes its own address into every link; a base URL of ours would hide the port it took.
  #ours(text: string): string {
    return text.replaceAll(this.#emulator.url, this.#seed.baseUrl).replaceAll(this.#address, this.#seed.baseUrl)
  }

  #userToken(login: string): string {
    const calls = (this.#calls.get(login) ?? 0) + 1
    this.#calls.set(login, calls)
    return userToken(login, Math.floor(calls / CALLS_PER_TOKEN) % TOKENS_PER_USER)
  }

  async #appToken(account: string): Promise<string> {
    const known = this.#appTokens.get(account)
    if (known && known.calls < CALLS_PER_TOKEN) {
      known.calls += 1
      return known.token
    }
    const id = installationId(this.#seed, account)
    const jwt = signJwt(this.#seed.app)
    const answer = await this.#request(jwt, 'POST', `/app/installations/${id}/access_tokens`, {})
    const token = asText(asRecord(answer.body).token)
    if (!token) throw new Error(`No token for ${account}: ${JSON.stringify(answer.body)}`)
    this.#appTokens.set(account, { token, calls: 1 })
    return token
  }
}

const userToken = (login: string, index: number) => `emulate-${index}-${login}`

function userTokens(seed: UpstreamSeed): Record<string, { login: string }> {
  const logins = ['admin', ...seed.users.map((user) => user.login)]
  const indexes = Array.from({ length: TOKENS_PER_USER }, (_, index) => index)
  return Object.fromEntries(logins.flatMap((login) => indexes.map((index) => [userToken(login, index), { login }])))
}

function accounts(seed: UpstreamSeed): string[] {
  return [...seed.users.map((user) => user.login), ...seed.organizations]
}

// What the App may do is decided in front of emulate, so behind us it may do everything on every account.
function installationId(seed: UpstreamSeed, account: string): number {
  return 1 + accounts(seed).indexOf(account)
}

function emulateSeed(seed: UpstreamSeed): Json {
  const permissions = { contents: 'write', issues: 'write', pull_requests: 'write', metadata: 'read' }
  return {
    users: seed.users,
    orgs: seed.organizations.map((login) => ({ login, members: [{ login: 'admin', role: 'admin' }] })),
    repos: seed.repositories,
    apps: [
      {
        app_id: seed.app.id,
        slug: seed.app.slug,
        name: seed.app.name,
        private_key: seed.app.privateKey,
        permissions,
        events: [],
        installations: accounts(seed).map((account) => ({
          installation_id: installationId(seed, account),
          account,
          repository_selection: 'all',
          permissions,
        })),
      },
    ],
  }
}

function signJwt(app: { id: number; privateKey: string }): string {
  const now = Math.floor(Date.now() / 1000)
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const unsigned = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: now - 30, exp: now + 300, iss: app.id })}`
  return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(app.privateKey, 'base64url')}`
}
