// A GitHub issue as the place a task comes from and its result goes to.
import type { Logger } from 'pino'
import { toFault } from '../errors.ts'
import { withoutSecrets } from '../publish/without-secrets.ts'
import type { StatusView } from '../render/status-view.ts'
import type { Question } from '../run/question.ts'
import type { Run } from '../run/run.ts'
import type { Task } from '../task/task.ts'
import type { TaskHost } from '../task/task-host.ts'
import { redact } from '../trace/redaction.ts'
import type { GitHubRepository } from './github.ts'
import { publish } from './github-publishing.ts'
import { inspect, whyOutsider } from './inspection.ts'
import { createStatusComment, type StatusPlace } from './status-comment.ts'

export interface GitHubTaskHostOptions {
  repository: GitHubRepository
  issue: number
  /** As the status comment has it. */
  movedTo?(): Promise<StatusPlace | undefined>
  /** The label that starts runs. */
  label: string
  /** `ClaimedRun.check`: called right before each write. */
  fence(): Promise<void>
  texts: HostTexts
  /** Least time between two edits of the status comment. */
  statusIntervalMs: number
  log: Logger
  /** Milliseconds since 1970; the machine's clock when left out. */
  now?: () => number
  after?: (ms: number, call: () => void) => () => void
}

/** What `render/` knows and this room only writes and looks for. */
export interface HostTexts {
  renderStatus(view: StatusView): string
  /** The hidden text in every status comment of that issue. */
  statusMarker(issue: number): string
  /** The comment that calls people to a question; its first line is like no other's. */
  renderCall(run: Run, question: Question): string
  /** The run that a commit of ours names in its trailer; undefined for anybody else's commit. */
  runOf(commitMessage: string): string | undefined
}

export function createGitHubTaskHost(options: GitHubTaskHostOptions): Required<TaskHost> {
  const { repository, issue, label, fence, texts, log } = options
  const status = createStatusComment({
    repository,
    issue,
    ...(options.movedTo && { movedTo: options.movedTo }),
    render: (view) => redact(texts.renderStatus(view)),
    marker: texts.statusMarker(issue),
    intervalMs: options.statusIntervalMs,
    fence,
    log,
    now: options.now ?? Date.now,
    after: options.after ?? later,
  })
  return {
    mayBeTold: (task) => mayBeTold(task, repository, log),
    inspect: (task) => inspect(task, { repository, issue, label }),
    newest: (branch) => repository.head(branch),
    cloneSource: () => repository.cloneSource(),
    show: status.show,
    flush: status.flush,
    call: (run, question) => callOnce(texts.renderCall(run, question), { repository, issue, fence, log }),
    publish: (request, onPushed) =>
      publish(withoutSecrets(request), { repository, fence, onPushed, runOf: texts.runOf }),
    endWith: (signal) => repository.endWith(signal),
    release: () => repository.release(),
  }
}

/** Found by its first line and our own authorship, so that a crash does not call twice. What GitHub refuses for good must not end the run: the status says the same. */
async function callOnce(
  body: string,
  { repository, issue, fence, log }: Pick<GitHubTaskHostOptions, 'repository' | 'issue' | 'fence' | 'log'>,
): Promise<void> {
  const [first = ''] = body.split('\n')
  try {
    const called = (await repository.comments(issue)).some((comment) => comment.ours && comment.body.startsWith(first))
    if (called) return
    await fence()
    await repository.createComment(issue, body)
  } catch (thrown) {
    const fault = toFault(thrown)
    if (fault.class !== 'invalid_input') throw fault
    log.warn({ err: fault, issue }, 'nobody could be called to a question')
  }
}

async function mayBeTold(task: Task, repository: GitHubRepository, log: Logger): Promise<boolean> {
  try {
    return (await whyOutsider(task, repository)) === undefined
  } catch (thrown) {
    if (toFault(thrown).class === 'infrastructure') throw thrown
    log.warn({ err: thrown, by: task.requestedBy }, 'nobody is told, since the permission could not be read')
    return false
  }
}

/** A status that waits must not keep a process alive that is done. */
function later(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms)
  timer.unref()
  return () => clearTimeout(timer)
}
