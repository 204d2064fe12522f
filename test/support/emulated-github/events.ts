// Which webhook an act causes, with the payload that GitHub sends.

import { asRecord, type Json } from './json.ts'
import { mend } from './mend.ts'
import type { HostedRepository } from './repository.ts'
import type { DeliveryRecord } from './webhooks.ts'
import { reader, type World } from './world.ts'

/** Sends to the installation of the repository, if it listens to this event. */
export async function announce(
  world: World,
  repository: HostedRepository,
  by: string,
  { event, ...payload }: { event: string } & Json,
): Promise<DeliveryRecord | undefined> {
  const installation = world.callers.installationOf(repository)
  if (repository.seeding || !installation || installation.suspendedAt || !installation.events.includes(event))
    return undefined
  return world.webhooks.send(event, { ...payload, ...(await surroundings(world, repository, by)) })
}

/** Repository, organization, sender and installation, as they stand in every payload. */
export async function surroundings(world: World, repository: HostedRepository, by: string): Promise<Json> {
  const full = await world.upstream.must(reader(repository), 'GET', `/repos/${repository.fullName}`)
  const { permissions: _, ...described } = asRecord(mend(world, repository, full))
  const installation = world.callers.installationOf(repository)
  return {
    repository: described,
    ...(world.upstream.isOrganization(repository.owner) ? { organization: described.owner } : {}),
    sender: await userOf(world, by),
    ...(installation ? { installation: installationReference(installation.id) } : {}),
  }
}

export function installationReference(id: number): Json {
  return { id, node_id: Buffer.from(`Installation${id}`).toString('base64') }
}

export async function userOf(world: World, login: string): Promise<Json> {
  const found = asRecord(await world.upstream.must({ user: 'admin' }, 'GET', `/users/${encodeURIComponent(login)}`))
  const brief = ['login', 'id', 'node_id', 'avatar_url', 'url', 'html_url', 'type', 'site_admin']
  return asRecord(mend(world, undefined, Object.fromEntries(brief.map((key) => [key, found[key]]))))
}
