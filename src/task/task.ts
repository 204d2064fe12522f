// What somebody asked for, frozen at the moment of asking.

export interface GitHubIssueSource {
  kind: 'github_issue'
  installationId: number
  owner: string
  repo: string
  number: number
}

export interface LocalSource {
  kind: 'local'
  /** Absolute path of a clone, or a URL that git can clone. */
  repository: string
  /** What the caller asked to work from: a branch, tag or commit. Absent: HEAD. */
  base?: string
}

export type TaskSource = GitHubIssueSource | LocalSource

/** Something that sanitising took out of untrusted text, so that the reader can see what was ignored. */
export interface RemovedText {
  /** A plain noun phrase: `HTML comment`, `zero-width characters`, `hidden attribute`, … */
  kind: string
  count: number
  /** The first removed piece, escaped so that it is visible, at most 80 characters. */
  sample: string
}

/** Text as it was when the task was requested; later edits are never read. Title and body are sanitised already. */
export interface Task {
  source: TaskSource
  /** To know whether changes to the repository can be verified here. Absent: a change, as title and body say. */
  wants?: 'readiness'
  title: string
  body: string
  removed: RemovedText[]
  labels: string[]
  /** Login of the person who put the label or gave the command; the local user's name in local mode. */
  requestedBy: string
  /** ISO 8601. */
  requestedAt: string
  /** Address a person can open: the issue's page. Absent in local mode. */
  url?: string
}

/** The identity under which at most one run may be under way: `github:owner/repo#12`, `github:owner/repo#12:readiness`, `local:<path>:<hash of title and body>`. */
export interface TaskIdentity {
  taskKey: string
  /** Runs of one repository share mirror, queue place and concurrency: `github:owner/repo`, `local:<path>`. */
  repositoryKey: string
}
