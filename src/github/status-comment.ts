// The one comment on an issue that says where its run stands: found again, edited in place, never made twice.
import type { Logger } from 'pino'
import { Fault, toFault } from '../errors.ts'
import type { StatusView } from '../render/status-view.ts'
import type { GitHubRepository } from './github.ts'

export interface StatusCommentOptions {
  repository: GitHubRepository
  issue: number
  /** Where the issue has been moved to meanwhile; asked for the last word. */
  movedTo?(): Promise<StatusPlace | undefined>
  render(view: StatusView): string
  /** The hidden text that the comment carries. */
  marker: string
  /** Least time between two writes; views that come faster replace one another. */
  intervalMs: number
  /** Throws `fenced` when another worker owns the run now: its status stands. */
  fence(): Promise<void>
  log: Logger
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back once after that time; the answer calls it off. */
  after(ms: number, call: () => void): () => void
}

export type StatusPlace = Pick<StatusCommentOptions, 'repository' | 'issue'>

/** As `TaskHost` has them. */
export interface StatusComment {
  show(view: StatusView): Promise<void>
  flush(): Promise<void>
}

export function createStatusComment(options: StatusCommentOptions): StatusComment {
  let waiting: StatusView | undefined
  let written: string | undefined
  let lastWrite = Number.NEGATIVE_INFINITY
  let callOff: (() => void) | undefined
  let writing: Promise<void> = Promise.resolve()
  let commentId: number | undefined
  let failure: Fault | undefined

  /** One write at a time, each of the newest view: a slow one must not end after a later one. */
  function writeNewest(): Promise<void> {
    callOff?.()
    callOff = undefined
    writing = writing.then(async () => {
      const view = waiting
      waiting = undefined
      if (view === undefined) return
      lastWrite = options.now()
      failure = await attempt(view)
      if (failure !== undefined) waiting ??= view
    })
    return writing
  }

  async function attempt(view: StatusView): Promise<Fault | undefined> {
    try {
      const body = options.render(view)
      if (body === written) return undefined
      await options.fence().catch(unlessOurs)
      commentId = view.state === 'ended' ? await putLast(options, body) : await put(options, commentId, body)
      written = body
      return undefined
    } catch (thrown) {
      options.log.warn({ err: thrown, issue: options.issue }, 'the status comment could not be written')
      return toFault(thrown)
    }
  }

  return {
    async show(view) {
      waiting = view
      if (callOff !== undefined) return
      const wait = lastWrite + options.intervalMs - options.now()
      if (wait <= 0) return writeNewest()
      callOff = options.after(wait, () => void writeNewest())
    },
    async flush() {
      await writeNewest()
      if (failure?.class === 'infrastructure') throw failure
    },
  }
}

/** A cancelled run still has to say so; only a run that is another worker's now must not. */
function unlessOurs(thrown: unknown): void {
  if (!(thrown instanceof Fault) || thrown.class !== 'cancelled') throw thrown
}

/** Looks again: whoever stood still while it made the comment may have made another one since. */
async function putLast(options: StatusCommentOptions, body: string): Promise<number> {
  return put({ ...options, ...(await options.movedTo?.()) }, undefined, body)
}

/** Answers the comment's id. A comment that somebody deleted is made again. */
async function put(options: StatusCommentOptions, known: number | undefined, body: string): Promise<number> {
  const { repository, issue, marker } = options
  const id = known ?? (await findOurs(repository, issue, marker))
  if (id === undefined) return createOnly(options, body)
  try {
    await repository.updateComment(id, body)
    return id
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'github_not_found') throw thrown
    return (await findOurs(repository, issue, marker)) ?? createOnly(options, body)
  }
}

/** Whoever else looked at the same moment found none either and made one: the older one stays, and holds the newer words. */
async function createOnly(options: StatusCommentOptions, body: string): Promise<number> {
  const { repository, issue, marker, fence } = options
  const created = await repository.createComment(issue, body)
  const first = await findOurs(repository, issue, marker)
  if (first === undefined || first === created) return created
  await fence().catch(unlessOurs)
  await repository.updateComment(first, body)
  return first
}

/** The oldest; others beside it are taken away. The marker alone proves nothing: anybody can copy it into a comment. */
async function findOurs(repository: GitHubRepository, issue: number, marker: string): Promise<number | undefined> {
  const comments = await repository.comments(issue)
  const [first, ...others] = comments.filter((comment) => comment.ours && comment.body.includes(marker))
  for (const { id } of others) await repository.deleteComment(id).catch(unlessGone)
  return first?.id
}

function unlessGone(thrown: unknown): void {
  if (!(thrown instanceof Fault) || thrown.code !== 'github_not_found') throw thrown
}
