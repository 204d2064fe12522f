// An issue that was moved to another repository while its run was under way. GitHub moves its comments along.
import type { RunEvent } from './ledger.ts'

export interface IssuePlace {
  owner: string
  repo: string
  number: number
}

/** Event that tells where to, an `IssuePlace`. */
export const moved = 'moved'

/** Undefined where it stands where it stood. */
export function movedTo(events: Pick<RunEvent, 'kind' | 'data'>[]): IssuePlace | undefined {
  const { owner, repo, number } = events.findLast(({ kind }) => kind === moved)?.data ?? {}
  if (typeof owner !== 'string' || typeof repo !== 'string' || typeof number !== 'number') return undefined
  return { owner, repo, number }
}
