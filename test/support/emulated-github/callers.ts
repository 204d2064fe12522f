// Who calls, and what they may do: App JWTs, installation tokens narrowed and revoked, tokens of people.

import { createPublicKey, type KeyObject, randomBytes, verify } from 'node:crypto'
import { forbidden, notFound, Refusal, unauthorized, unprocessable } from './answer.ts'
import { isoSeconds } from './bare-repository.ts'
import { asRecord, asText, asTexts, type Json } from './json.ts'
import { type HostedRepository, mayWrite, roleOf } from './repository.ts'
import type { IssuedToken, RepositoryName, TokenNarrowing } from './types.ts'

export interface Installation {
  readonly id: number
  readonly account: string
  /** Undefined: all of the account. */
  repositories: Set<RepositoryName> | undefined
  permissions: Record<string, string>
  events: string[]
  suspendedAt: string | undefined
  deleted: boolean
  readonly createdAt: string
}

export type Caller =
  | { kind: 'none' }
  | { kind: 'app' }
  | { kind: 'installation'; token: IssuedToken; installation: Installation }
  /** `trusted`: a person of the stand-in's own methods, who is not asked for a role. */
  | { kind: 'user'; login: string; trusted?: true }

export type Access = 'read' | 'write'

const HOUR = 3_600_000

export class Callers {
  readonly tokens: IssuedToken[] = []
  readonly installations: Installation[]
  readonly #appId: number
  readonly #publicKey: KeyObject
  readonly #userTokens = new Map<string, string>()
  readonly #repositories: Map<string, HostedRepository>

  constructor(options: {
    app: { id: number; privateKey: string }
    installations: Installation[]
    repositories: Map<string, HostedRepository>
  }) {
    this.#appId = options.app.id
    this.#publicKey = createPublicKey(options.app.privateKey)
    this.installations = options.installations
    this.#repositories = options.repositories
  }

  userToken(login: string): string {
    const known = [...this.#userTokens].find(([, owner]) => owner === login)
    const token = known?.[0] ?? `ghp_${randomBytes(18).toString('hex')}`
    this.#userTokens.set(token, login)
    return token
  }

  /** Throws a refusal for credentials that are given and not valid, as GitHub does even where none are needed. */
  identify(authorization: string | undefined): Caller {
    const secret = secretOf(authorization)
    if (secret === undefined) return { kind: 'none' }
    if (secret.startsWith('eyJ')) return this.#app(secret)
    const login = this.#userTokens.get(secret)
    if (login !== undefined) return { kind: 'user', login }
    const token = this.tokens.find((issued) => issued.token === secret)
    if (!token || stateOf(token) !== 'alive') throw unauthorized()
    return { kind: 'installation', token, installation: this.installation(token.installationId) }
  }

  installation(id: number): Installation {
    const found = this.installations.find((installation) => installation.id === id && !installation.deleted)
    if (!found) throw notFound()
    return found
  }

  installationOf(repository: HostedRepository): Installation | undefined {
    return this.installations.find(
      (each) => !each.deleted && each.account === repository.owner && reaches(each.repositories, repository),
    )
  }

  repositoriesOf(installation: Installation): HostedRepository[] {
    return [...this.#repositories.values()].filter(
      (repository) => repository.owner === installation.account && reaches(installation.repositories, repository),
    )
  }

  issue(installationId: number, narrowing: TokenNarrowing): IssuedToken {
    const installation = this.installation(installationId)
    if (installation.suspendedAt) throw forbidden('This installation has been suspended')
    const issuedAt = new Date()
    const token: IssuedToken = {
      token: `ghs_${randomBytes(18).toString('hex')}`,
      installationId,
      permissions: narrowPermissions(installation, narrowing.permissions),
      repositories: this.#narrowRepositories(installation, narrowing.repositories),
      issuedAt: isoSeconds(issuedAt),
      expiresAt: isoSeconds(new Date(issuedAt.getTime() + HOUR)),
      state: 'alive',
    }
    this.tokens.push(token)
    return token
  }

  #narrowRepositories(installation: Installation, names: string[] | undefined): RepositoryName[] | undefined {
    if (!names) return undefined
    const reachable = this.repositoriesOf(installation)
    return names.map((name) => {
      const found = reachable.find((repository) => repository.name.toLowerCase() === name.toLowerCase())
      if (found) return found.fullName
      throw unprocessable(
        'There is at least one repository that does not exist or is not accessible to the parent installation.',
      )
    })
  }

  #app(jwt: string): Caller {
    const [head = '', claims = '', signature = ''] = jwt.split('.')
    const { iss, exp } = decodeClaims(claims)
    if (Number(iss) !== this.#appId) throw new Refusal(404, 'Integration not found')
    const signed = Buffer.from(`${head}.${claims}`)
    if (!verify('RSA-SHA256', signed, this.#publicKey, Buffer.from(signature, 'base64url'))) {
      throw new Refusal(401, 'A JSON web token could not be decoded')
    }
    if (typeof exp !== 'number' || exp * 1000 < Date.now()) {
      const text = `'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires`
      throw new Refusal(401, text)
    }
    return { kind: 'app' }
  }
}

/** Throws what GitHub answers when the caller lacks every one of the permissions. */
export function askPermission(
  caller: Caller,
  repository: HostedRepository,
  access: Access,
  permissions: readonly string[],
): void {
  if (isTrusted(caller)) return
  if (caller.kind === 'installation') askInstallation(caller, repository, access, permissions)
  else askPerson(caller, repository, access, permissions)
  if (access === 'write' && repository.settings.archived) throw forbidden('Repository was archived so is read-only.')
}

export const isTrusted = (caller: Caller) => caller.kind === 'user' && caller.trusted === true

function askInstallation(
  { token, installation }: Extract<Caller, { kind: 'installation' }>,
  repository: HostedRepository,
  access: Access,
  permissions: readonly string[],
): void {
  if (installation.suspendedAt) throw forbidden('This installation has been suspended')
  const readable = !repository.settings.private
  if (!tokenReaches(token, installation, repository)) {
    if (!readable) throw notFound()
    if (access === 'write') throw forbidden('Resource not accessible by integration')
    return
  }
  if (access === 'read' && (readable || permissions.includes('metadata'))) return
  const granted = permissions.some((name) => rank(token.permissions[name]) >= rank(access))
  if (!granted) throw forbidden('Resource not accessible by integration')
}

function askPerson(caller: Caller, repository: HostedRepository, access: Access, permissions: readonly string[]): void {
  const role = caller.kind === 'user' ? roleOf(repository, caller.login) : 'none'
  if (repository.settings.private && role === 'none') throw notFound()
  if (access === 'read') return
  if (caller.kind !== 'user') throw new Refusal(401, 'Requires authentication')
  if (permissions.includes('contents') && !mayWrite(role)) throw forbidden('Must have write access to the repository.')
}

export function tokenReaches(token: IssuedToken, installation: Installation, repository: HostedRepository): boolean {
  if (repository.owner !== installation.account || !reaches(installation.repositories, repository)) return false
  return token.repositories === undefined || token.repositories.includes(repository.fullName)
}

export function stateOf(token: IssuedToken): IssuedToken['state'] {
  return token.state === 'alive' && Date.parse(token.expiresAt) <= Date.now() ? 'expired' : token.state
}

/** The secret of `Bearer`, `token` or `Basic user:secret`. */
function secretOf(authorization: string | undefined): string | undefined {
  const [scheme = '', value = ''] = (authorization ?? '').trim().split(/\s+/)
  if (!value) return undefined
  if (scheme.toLowerCase() !== 'basic') return value
  const decoded = Buffer.from(value, 'base64').toString()
  const colon = decoded.indexOf(':')
  return decoded.slice(colon + 1) || decoded.slice(0, colon)
}

function decodeClaims(claims: string): Json {
  try {
    return asRecord(JSON.parse(Buffer.from(claims, 'base64url').toString()))
  } catch {
    throw new Refusal(401, 'A JSON web token could not be decoded')
  }
}

function narrowPermissions(installation: Installation, wanted: Record<string, string> | undefined) {
  for (const [name, access] of Object.entries(wanted ?? {})) {
    if (rank(access) > 0 && rank(access) <= rank(installation.permissions[name])) continue
    throw unprocessable('The permissions requested are not granted to this installation.')
  }
  return { ...(wanted ?? installation.permissions), metadata: 'read' }
}

/** From the body of `POST /app/installations/{id}/access_tokens`. */
export function parseNarrowing(body: unknown): TokenNarrowing {
  const { repositories, permissions } = asRecord(body)
  const wanted = Object.entries(asRecord(permissions)).map(([name, access]) => [name, asText(access)])
  return {
    ...(Array.isArray(repositories) ? { repositories: asTexts(repositories) } : {}),
    ...(wanted.length > 0 ? { permissions: Object.fromEntries(wanted) } : {}),
  }
}

function rank(access: string | undefined): number {
  return access === 'write' ? 2 : access === 'read' ? 1 : 0
}

function reaches(names: Set<RepositoryName> | undefined, repository: HostedRepository): boolean {
  return names === undefined || names.has(repository.fullName)
}
