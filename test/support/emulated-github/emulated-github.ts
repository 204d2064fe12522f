// A GitHub of our own on one loopback address, for tests and the demo. types.ts says what it offers.

import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isoSeconds } from './bare-repository.ts'
import { Callers, type Installation } from './callers.ts'
import { fillRepository } from './people.ts'
import { createRepository } from './repository.ts'
import { RunningGitHub } from './running-github.ts'
import { GitHubServer } from './server.ts'
import type { AppSeed, EmulatedGitHub, EmulatedGitHubOptions, InstallationSeed, RepositorySeed } from './types.ts'
import { Upstream, type UpstreamSeed } from './upstream.ts'
import { Webhooks } from './webhooks.ts'
import type { World } from './world.ts'

export type * from './types.ts'

/** Takes about a second; `close()` what comes back. */
export async function startEmulatedGitHub(options: EmulatedGitHubOptions): Promise<EmulatedGitHub> {
  const root = await mkdtemp(join(tmpdir(), 'emulated-github-'))
  const server = new GitHubServer()
  const remove = () => rm(root, { recursive: true, force: true, maxRetries: 3 })
  try {
    const url = `http://127.0.0.1:${await server.listen(options.port ?? 0)}`
    const world = await createWorld(options, url, root)
    await Promise.all(options.repositories.map((seed) => fill(world, seed)))
    server.open(world)
    return new RunningGitHub(world, server, { root, remove })
  } catch (error) {
    await server.close()
    await remove()
    throw error
  }
}

async function createWorld(options: EmulatedGitHubOptions, url: string, root: string): Promise<World> {
  const app = describeApp(options.app ?? {})
  const seeds = options.repositories
  const [upstream, ...hosted] = await Promise.all([
    Upstream.start(upstreamSeed(options, app, url)),
    ...seeds.map((seed) => createRepository(seed, root)),
  ])
  const repositories = new Map(hosted.map((repository) => [repository.fullName.toLowerCase(), repository]))
  const installations = installationSeeds(options).map((seed, index) => createInstallation(seed, index, app))
  return {
    url,
    app,
    repositories,
    callers: new Callers({ app, installations, repositories }),
    upstream,
    webhooks: new Webhooks(app, options.webhookUrl),
  }
}

// What app.yml of the project asks for.
const PERMISSIONS = {
  contents: 'write',
  issues: 'write',
  pull_requests: 'write',
  checks: 'read',
  statuses: 'read',
  metadata: 'read',
} as const
const EVENTS = ['issues', 'issue_comment']

function describeApp(seed: AppSeed): World['app'] {
  const slug = seed.slug ?? 'draftsmith'
  return {
    id: seed.id ?? 4711,
    slug,
    name: seed.name ?? 'Draftsmith',
    botLogin: `${slug}[bot]`,
    privateKey: seed.privateKey ?? generatedKey(),
    webhookSecret: seed.webhookSecret ?? 'webhook-secret',
    permissions: { ...(seed.permissions ?? PERMISSIONS), metadata: 'read' },
    events: seed.events ?? EVENTS,
  }
}

let key: string | undefined

// Making a key is the slowest part of a start, and nothing depends on its being fresh.
function generatedKey(): string {
  key ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  }).privateKey
  return key
}

function upstreamSeed(options: EmulatedGitHubOptions, app: World['app'], baseUrl: string): UpstreamSeed {
  const organizations = (options.users ?? []).filter(({ type }) => type === 'Organization').map(({ login }) => login)
  const named = (options.users ?? []).filter(({ type }) => type !== 'Organization')
  const mentioned = options.repositories.flatMap(({ owner, collaborators, issues }) => [
    owner,
    ...Object.keys(collaborators ?? {}),
    ...(issues ?? []).flatMap(({ author }) => author ?? []),
  ])
  const accounts = (options.installations ?? []).map(({ account }) => account)
  const known = new Set([...organizations, ...named.map(({ login }) => login)])
  const others = new Set([app.botLogin, ...mentioned, ...accounts].filter((login) => !known.has(login)))
  return {
    users: [...named.map(({ type: _, ...user }) => user), ...[...others].map((login) => ({ login }))],
    organizations,
    repositories: options.repositories.map(({ owner, name, description, defaultBranch }) => ({
      owner,
      name,
      ...(description ? { description } : {}),
      default_branch: defaultBranch ?? 'main',
    })),
    app,
    baseUrl,
  }
}

function installationSeeds(options: EmulatedGitHubOptions): InstallationSeed[] {
  const owners = new Set(options.repositories.map(({ owner }) => owner))
  return options.installations ?? [...owners].map((account) => ({ account }))
}

function createInstallation(seed: InstallationSeed, index: number, app: World['app']): Installation {
  const now = isoSeconds(new Date())
  return {
    id: seed.id ?? 1001 + index,
    account: seed.account,
    repositories: seed.repositories
      ? new Set(seed.repositories.map((name) => `${seed.account}/${name}` as const))
      : undefined,
    permissions: { ...(seed.permissions ?? app.permissions), metadata: 'read' },
    events: seed.events ?? app.events,
    suspendedAt: seed.suspended ? now : undefined,
    deleted: false,
    createdAt: now,
  }
}

async function fill(world: World, seed: RepositorySeed): Promise<void> {
  const repository = world.repositories.get(`${seed.owner}/${seed.name}`.toLowerCase())
  if (repository) await fillRepository(world, repository, seed)
}
