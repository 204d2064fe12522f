// People who act: as through the web page, past the network, the call log, the faults and the question who may.

import { asRecord } from './json.ts'
import type { HostedRepository } from './repository.ts'
import { dispatch } from './server.ts'
import type { IssueSeed, RepositorySeed } from './types.ts'
import type { World } from './world.ts'

export interface Act {
  by: string
  method: string
  /** Encoded, without query. */
  path: string
  body?: unknown
}

/** What the API answered; throws when it refused. */
export async function act(world: World, { by, method, path, body }: Act): Promise<unknown> {
  askKnown(world, by)
  const request = {
    method,
    path: decodeURIComponent(path),
    target: path,
    query: new URLSearchParams(),
    headers: {},
    body,
  }
  const answer = await dispatch(world, request, { kind: 'user', login: by, trusted: true })
  if (answer.status < 300) return answer.body
  throw new Error(`${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`)
}

export function askKnown(world: World, login: string): void {
  if (world.upstream.knows(login)) return
  throw new Error(`The emulated GitHub knows nobody called ${login}: name them in the option "users"`)
}

/** The owner, or the administrator where that is an organization. */
export function ownerOf(world: World, { owner }: HostedRepository): string {
  return world.upstream.isOrganization(owner) ? 'admin' : owner
}

/** Labels and issues of a new repository; from then on its events are announced. */
export async function fillRepository(world: World, repository: HostedRepository, seed: RepositorySeed): Promise<void> {
  for (const login of repository.collaborators.keys()) askKnown(world, login)
  const by = ownerOf(world, repository)
  const path = `/repos/${repository.fullName}/labels`
  for (const name of seed.labels ?? []) await act(world, { by, method: 'POST', path, body: { name } })
  for (const issue of seed.issues ?? []) await openIssue(world, repository, issue)
  repository.seeding = false
}

/** An issue with all that its seed says; its number. */
export async function openIssue(world: World, repository: HostedRepository, issue: IssueSeed): Promise<number> {
  const { title, body = '', labels = [], author: by = ownerOf(world, repository) } = issue
  const path = `/repos/${repository.fullName}/issues`
  const opened = await act(world, { by, method: 'POST', path, body: { title, body, labels } })
  const number = Number(asRecord(opened).number)
  const at = `${path}/${number}`
  if (issue.state === 'closed') await act(world, { by, method: 'PATCH', path: at, body: { state: 'closed' } })
  if (issue.locked) await act(world, { by, method: 'PUT', path: `${at}/lock`, body: {} })
  return number
}
