// What stands in the status comments, told as it changes. Read from what was sent to GitHub, so that looking costs Draftsmith nothing.
import { parseStatus } from '../src/render/status.ts'
import type { EmulatedGitHub, RepositoryName } from '../test/support/emulated-github/types.ts'

export interface StatusChange {
  repository: RepositoryName
  /** The heading of the comment. */
  heading: string
  /** No worker has begun yet. */
  waiting: boolean
  /** Milliseconds since 1970. */
  at: number
  /** Steps that ended since the last change, in the comment's own words. */
  steps: string[]
}

const commentPath = /^\/repos\/([^/]+\/[^/]+)\/issues\/(?:\d+\/comments|comments\/\d+)$/

export class StatusFeed {
  readonly #github: EmulatedGitHub
  readonly #told = new Map<string, Set<string>>()
  #seen = 0

  constructor(github: EmulatedGitHub) {
    this.#github = github
  }

  /** Changes since the last look, in order. */
  next(): StatusChange[] {
    const calls = this.#github.calls().slice(this.#seen)
    this.#seen += calls.length
    return calls.flatMap(({ path, body, status, at }) => {
      const repository = commentPath.exec(path)?.[1]
      const text = textOf(body)
      if (repository === undefined || text === undefined || (status ?? 500) >= 300) return []
      return this.#changes(repository as RepositoryName, text).map((change) => ({ ...change, at: Date.parse(at) }))
    })
  }

  #changes(repository: RepositoryName, text: string): Omit<StatusChange, 'at'>[] {
    const heading = /^### (.+)$/m.exec(text)?.[1]
    // A call or an answer to a command, beside the status.
    if (heading === undefined) return []
    const ended = [...text.matchAll(/^ *- (?:✅|❌) .+$/gm)].map(([line]) => line.replace(/^( *)- /, '$1'))
    const told = this.#told.get(repository) ?? new Set<string>()
    this.#told.set(repository, told)
    const fresh = [heading, ...ended].filter((line) => !told.has(line))
    for (const line of fresh) told.add(line)
    if (fresh.length === 0) return []
    const waiting = parseStatus(text)?.state === 'queued'
    return [{ repository, heading, waiting, steps: fresh.filter((line) => line !== heading) }]
  }
}

function textOf(body: unknown): string | undefined {
  if (body === null || typeof body !== 'object' || !('body' in body)) return undefined
  return typeof body.body === 'string' ? body.body : undefined
}
