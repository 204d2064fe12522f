// The place a task comes from and its result goes to: GitHub, or a terminal beside a local clone.
// The spine knows only this port. Adapters: github/github-task-host.ts, cli/local-task-host.ts.

import type { Decline } from '../policy/decline.ts'
import type { OnPushed, Publication, PublishRequest } from '../publish/publication.ts'
import type { StatusView } from '../render/status-view.ts'
import type { IssuePlace } from '../run/moved.ts'
import type { Question } from '../run/question.ts'
import type { Run } from '../run/run.ts'
import type { Task } from './task.ts'

/** Facts read when the run starts, before anything is cloned or paid. */
export interface BaseFacts {
  /** `owner/repo`, or the path in local mode: for people to read. */
  repository: string
  baseBranch: string
  /** Pinned from here on: 40 hexadecimal digits. */
  baseCommit: string
  /** The policy file's text at the base commit; undefined when there is none. */
  policyText: string | undefined
  /** Top-level facts that the screen's rules use; sizes in bytes. */
  repositoryBytes: number
  openPullRequests: OpenPullRequest[]
  /** True when the repository has workflows that run on a push to any branch, which would run unverified code with its secrets. */
  workflowsRunOnPush: boolean
  /** Notes for the report, such as uncommitted work that was ignored. */
  notes: string[]
}

export interface OpenPullRequest {
  number: number
  title: string
  url: string
  closesIssue: boolean
  /** What else says that it is for the issue: completes "it is open, and …". */
  sign?: string
}

/** Either the facts, or why there is nothing to do. `silent` ends without any word, for people without write access and bots. */
export type Inspection =
  | { kind: 'ready'; facts: BaseFacts }
  | { kind: 'declined'; decline: Decline }
  | { kind: 'cancelled'; reason: string; movedTo?: IssuePlace }
  | { kind: 'silent'; reason: string }

/** Where to clone from and what authorises it. */
export interface CloneSource {
  /** Absolute path or URL, never with credentials in it. */
  url: string
  /** Environment for git only, such as an authorisation header by GIT_CONFIG_*; secret, never logged. */
  env: Record<string, string>
}

export interface TaskHost {
  /** Whether the task came from somebody to whom anything is said, as of now. Throws `infrastructure` where that cannot be found out for the moment, and is false where GitHub refuses to say. Absent where nobody else can ask for tasks. */
  mayBeTold?(task: Task): Promise<boolean>
  /** Reads permission, label, issue and repository as they are now, in that order. May be called again after a crash. Throws `infrastructure` faults only. */
  inspect(task: Task): Promise<Inspection>
  /** The newest commit of a branch; undefined when the branch is gone. Absent where the base does not move. Throws `infrastructure` faults only. */
  newest?(branch: string): Promise<string | undefined>
  /** Minted anew at each call, narrowed to one repository and reading. The caller calls `revoke` when git is done; it never throws. */
  cloneSource(): Promise<CloneSource & { revoke(): Promise<void> }>
  /** Creates the sticky status or edits it in place; calls close together may be merged, the last one is always written by `flush`. Never throws: a status that cannot be written is logged and tried again at the next one. */
  show(view: StatusView): Promise<void>
  /** Tells people of a question in a message of its own, once: an edited status notifies nobody. Throws `infrastructure` faults only. Absent where somebody looks on anyway. */
  call?(run: Run, question: Question): Promise<void>
  /** Throws the `infrastructure` fault that kept the last one from being written; what was refused for good is only logged. */
  flush(): Promise<void>
  /** Finds before it creates, and may be called again after a crash at any point. `onPushed` learns what there is, as soon as there is more of it. Throws `conflict` when the branch holds somebody else's commit. */
  publish(request: PublishRequest, onPushed?: OnPushed): Promise<Publication>
  /** Until it is called again, calls end with what the signal is aborted with, whatever they wait for, and write nothing from then on. Absent where none waits. */
  endWith?(signal: AbortSignal | undefined): void
  /** Gives back the credentials that are kept between calls, when the run leaves the worker; calls may follow. Never throws. */
  release?(): Promise<void>
}
