// The App itself: its facts, installations, tokens and deliveries; and what belongs to nobody in particular.

import { type Answer, created, forbidden, noContent, notFound, ok, Refusal, unauthorized } from './answer.ts'
import { isoSeconds } from './bare-repository.ts'
import { type Installation, parseNarrowing, tokenReaches } from './callers.ts'
import { userOf } from './events.ts'
import { asRecord, type Json } from './json.ts'
import { appSummary, mend } from './mend.ts'
import { type HostedRepository, roleOf } from './repository.ts'
import { detailDelivery, summarizeDelivery } from './webhooks.ts'
import {
  askApp,
  type Exchange,
  param,
  type Route,
  reader,
  repositoryOf,
  repositoryRoute,
  route,
  type World,
} from './world.ts'

const METADATA = { access: 'read', permissions: ['metadata'] } as const

export const appRoutes: Route[] = [
  route('GET', '/app', getApp),
  route('GET', '/app/hook/config', getHook),
  route('GET', '/app/hook/deliveries', listDeliveries),
  route('GET', '/app/hook/deliveries/:id', getDelivery),
  route('POST', '/app/hook/deliveries/:id/attempts', redeliver),
  route('GET', '/app/installations', listInstallations),
  route('GET', '/app/installations/:id', getInstallation),
  route('POST', '/app/installations/:id/access_tokens', mintToken),
  route('DELETE', '/installation/token', revokeToken),
  route('GET', '/installation/repositories', listRepositories),
  route('GET', '/repos/:owner/:repo/installation', getRepositoryInstallation),
  route('GET', '/orgs/:account/installation', getAccountInstallation),
  route('GET', '/users/:account/installation', getAccountInstallation),
  route('GET', '/users/:login', getUser),
  route('GET', '/user', getCaller),
  route('GET', '/rate_limit', ({ caller }) => ok({ rate: RATE, resources: { core: RATE }, caller: caller.kind })),
  route('GET', '/', () => ok({ current_user_url: '/user' })),
  route('GET', '/meta', () => ok({ verifiable_password_authentication: false })),
  repositoryRoute('GET', '', METADATA, getRepository),
  repositoryRoute('GET', '/collaborators/:login/permission', METADATA, getPermission),
  repositoryRoute('GET', '/collaborators/:login', METADATA, isCollaborator),
]

const RATE = { limit: 5000, used: 0, remaining: 5000, reset: 0 }

function getApp({ world, caller }: Exchange): Answer {
  askApp(caller)
  return ok({
    ...appSummary(world),
    owner: null,
    description: null,
    external_url: `${world.url}/apps/${world.app.slug}`,
    installations_count: world.callers.installations.filter((installation) => !installation.deleted).length,
  })
}

function getHook({ world, caller }: Exchange): Answer {
  askApp(caller)
  return ok({ content_type: 'json', insecure_ssl: '0', secret: '********', url: world.webhooks.target ?? null })
}

/** Newest first, with a cursor, as GitHub pages them. */
function listDeliveries({ world, caller, request }: Exchange): Answer {
  askApp(caller)
  const size = Number(request.query.get('per_page') ?? 30)
  const before = Number(request.query.get('cursor') ?? Number.POSITIVE_INFINITY)
  const older = world.webhooks.deliveries.filter((delivery) => delivery.id < before).reverse()
  const page = older.slice(0, size)
  const last = page.at(-1)
  const next = `<${world.url}/app/hook/deliveries?per_page=${size}&cursor=${last?.id}>; rel="next"`
  return { status: 200, body: page.map(summarizeDelivery), headers: older.length > size ? { link: next } : {} }
}

function getDelivery(exchange: Exchange): Answer {
  askApp(exchange.caller)
  const delivery = exchange.world.webhooks.deliveries.find(({ id }) => id === Number(param(exchange, 'id')))
  if (!delivery) throw notFound()
  return ok(detailDelivery(delivery))
}

function redeliver(exchange: Exchange): Answer {
  askApp(exchange.caller)
  const { webhooks } = exchange.world
  const original = webhooks.deliveries.find(({ id }) => id === Number(param(exchange, 'id')))
  if (!original) throw notFound()
  webhooks.send(original.event, original.payload, original.guid, true)
  return { status: 202, body: {} }
}

async function listInstallations({ world, caller }: Exchange): Promise<Answer> {
  askApp(caller)
  const alive = world.callers.installations.filter((installation) => !installation.deleted)
  return ok(await Promise.all(alive.map((installation) => describeInstallation(world, installation))))
}

async function getInstallation(exchange: Exchange): Promise<Answer> {
  askApp(exchange.caller)
  const { world } = exchange
  return ok(await describeInstallation(world, world.callers.installation(Number(param(exchange, 'id')))))
}

function mintToken(exchange: Exchange): Answer {
  askApp(exchange.caller)
  const { world, request } = exchange
  const token = world.callers.issue(Number(param(exchange, 'id')), parseNarrowing(request.body))
  return created({
    token: token.token,
    expires_at: token.expiresAt,
    permissions: token.permissions,
    repository_selection: token.repositories ? 'selected' : 'all',
    ...(token.repositories
      ? { repositories: token.repositories.map((name) => ({ name: name.split('/')[1], full_name: name })) }
      : {}),
  })
}

function revokeToken({ caller }: Exchange): Answer {
  if (caller.kind !== 'installation') throw unauthorized()
  caller.token.state = 'revoked'
  return noContent
}

async function listRepositories({ world, caller }: Exchange): Promise<Answer> {
  if (caller.kind !== 'installation') throw forbidden('You must authenticate with an installation access token')
  if (caller.installation.suspendedAt) throw forbidden('This installation has been suspended')
  const reached = world.callers
    .repositoriesOf(caller.installation)
    .filter((repository) => tokenReaches(caller.token, caller.installation, repository))
  const repositories = await Promise.all(reached.map((repository) => describeRepository(world, repository)))
  return ok({
    total_count: repositories.length,
    repository_selection: caller.token.repositories ? 'selected' : 'all',
    repositories,
  })
}

async function getRepositoryInstallation(exchange: Exchange): Promise<Answer> {
  askApp(exchange.caller)
  const installation = exchange.world.callers.installationOf(repositoryOf(exchange))
  if (!installation) throw notFound()
  return ok(await describeInstallation(exchange.world, installation))
}

async function getAccountInstallation(exchange: Exchange): Promise<Answer> {
  askApp(exchange.caller)
  const { installations } = exchange.world.callers
  const found = installations.find((each) => !each.deleted && each.account === param(exchange, 'account'))
  if (!found) throw notFound()
  return ok(await describeInstallation(exchange.world, found))
}

export async function describeInstallation(world: World, installation: Installation): Promise<Json> {
  const organization = world.upstream.isOrganization(installation.account)
  const { url, app } = world
  return {
    id: installation.id,
    account: organization
      ? await world.upstream.must({ user: 'admin' }, 'GET', `/orgs/${installation.account}`)
      : await userOf(world, installation.account),
    repository_selection: installation.repositories ? 'selected' : 'all',
    access_tokens_url: `${url}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${url}/installation/repositories`,
    html_url: `${url}/settings/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_type: organization ? 'Organization' : 'User',
    permissions: installation.permissions,
    events: installation.events,
    created_at: installation.createdAt,
    updated_at: installation.createdAt,
    single_file_name: null,
    suspended_by: null,
    suspended_at: installation.suspendedAt ? isoSeconds(new Date(installation.suspendedAt)) : null,
  }
}

async function getUser(exchange: Exchange): Promise<Answer> {
  const login = param(exchange, 'login')
  const path = `/users/${encodeURIComponent(login)}`
  const answer = await exchange.world.upstream.ask({ user: 'admin' }, 'GET', path)
  if (answer.status !== 200) throw notFound()
  return ok(mend(exchange.world, undefined, answer.body))
}

async function getCaller({ world, caller }: Exchange): Promise<Answer> {
  if (caller.kind === 'user') return ok(await userOf(world, caller.login))
  if (caller.kind === 'none') throw new Refusal(401, 'Requires authentication')
  throw forbidden('Resource not accessible by integration')
}

async function getRepository({ world }: Exchange, repository: HostedRepository): Promise<Answer> {
  return ok(await describeRepository(world, repository))
}

export async function describeRepository(world: World, repository: HostedRepository): Promise<Json> {
  const found = await world.upstream.must(reader(repository), 'GET', `/repos/${repository.fullName}`)
  return asRecord(mend(world, repository, found))
}

/** `permission` knows four words; the finer role is in `role_name`. */
async function getPermission(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const login = param(exchange, 'login')
  if (!exchange.world.upstream.knows(login)) throw new Refusal(404, `${login} is not a user`)
  const role = roleOf(repository, login)
  const permission = role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role
  return ok({ permission, role_name: role, user: await userOf(exchange.world, login) })
}

function isCollaborator(exchange: Exchange, repository: HostedRepository): Answer {
  const login = param(exchange, 'login')
  if (login !== repository.owner && !repository.collaborators.has(login)) throw notFound()
  return noContent
}
