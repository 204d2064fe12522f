// Everything a route may need, and what a route is.

import type { Answer } from './answer.ts'
import { forbidden, notFound, Refusal } from './answer.ts'
import { type Access, askPermission, type Caller, type Callers } from './callers.ts'
import { type HostedRepository, inTurn } from './repository.ts'
import type { EmulatedGitHub, FaultRequest } from './types.ts'
import type { Actor, Upstream } from './upstream.ts'
import type { Webhooks } from './webhooks.ts'

export interface World {
  readonly url: string
  readonly app: EmulatedGitHub['app'] & { name: string; permissions: Record<string, string>; events: string[] }
  readonly repositories: Map<string, HostedRepository>
  readonly callers: Callers
  readonly upstream: Upstream
  readonly webhooks: Webhooks
}

export interface Exchange {
  readonly world: World
  readonly request: FaultRequest
  readonly caller: Caller
  readonly params: Record<string, string>
  /** The path as it came, still encoded. */
  readonly target: string
}

export interface Route {
  method: string
  /** Matches the path as it came; the parameters are decoded afterwards. */
  pattern: RegExp
  act: (exchange: Exchange) => Promise<Answer> | Answer
}

/** `/repos/:owner/:repo/git/ref/:ref+`; `:name+` takes slashes too. */
export function route(method: string, path: string, act: Route['act']): Route {
  const source = path.replace(/:(\w+)(\+?)/g, (_, name, many) => (many ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`))
  return { method, pattern: new RegExp(`^${source}/?$`), act }
}

/** A route below `/repos/:owner/:repo`, for callers who have one of the permissions. */
export function repositoryRoute(
  method: string,
  path: string,
  needs: { access: Access; permissions: readonly string[] },
  act: (exchange: Exchange, repository: HostedRepository) => Promise<Answer> | Answer,
): Route {
  return route(method, `/repos/:owner/:repo${path}`, (exchange) => {
    const repository = repositoryOf(exchange)
    askPermission(exchange.caller, repository, needs.access, needs.permissions)
    return needs.access === 'write' ? inTurn(repository, () => act(exchange, repository)) : act(exchange, repository)
  })
}

export function repositoryOf({ world, params }: Exchange): HostedRepository {
  const repository = world.repositories.get(`${params.owner}/${params.repo}`.toLowerCase())
  if (!repository) throw notFound()
  return repository
}

export function param(exchange: Exchange, name: string): string {
  return exchange.params[name] ?? ''
}

export function askApp(caller: Caller): void {
  if (caller.kind !== 'app') throw new Refusal(401, 'A JSON web token could not be decoded')
}

/** As whom emulate is told of it. */
export function actorOf({ caller }: Exchange, repository: HostedRepository): Actor {
  if (caller.kind === 'installation') return { appOn: repository.owner }
  if (caller.kind === 'user') return { user: caller.login }
  throw forbidden('Must authenticate to access this API.')
}

/** The login that the caller writes under. */
export function loginOf({ caller, world }: Exchange): string {
  return caller.kind === 'user' ? caller.login : world.app.botLogin
}

/** As whom everything can be read; what the caller may see has been asked before. */
export const reader = (repository: HostedRepository): Actor => ({ appOn: repository.owner })
