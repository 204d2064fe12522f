// Puts issues and labels there, by the same acts that people use later.

import { asRecord } from './json.ts'
import type { HostedRepository } from './repository.ts'
import type { IssueSeed } from './types.ts'

export type Act = (by: string, method: string, path: string, body?: unknown) => Promise<unknown>

/** An issue with all that its seed says; its number. */
export async function seedConversation(repository: HostedRepository, issue: IssueSeed, act: Act): Promise<number> {
  const { title, body = '', labels = [], author = repository.owner } = issue
  const path = `/repos/${repository.fullName}/issues`
  const number = Number(asRecord(await act(author, 'POST', path, { title, body, labels })).number)
  if (issue.state === 'closed') await act(author, 'PATCH', `${path}/${number}`, { state: 'closed' })
  if (issue.locked) await act(author, 'PUT', `${path}/${number}/lock`, {})
  return number
}
