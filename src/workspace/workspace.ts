// Git on our side of the wall: mirrors, work trees, checkpoints, diffs. Types only.
import type { TreeChange } from '../publish/publication.ts'

export interface FileChange {
  path: string
  /** `renamed` is reported as a deletion and an addition. */
  kind: 'added' | 'modified' | 'deleted'
  addedLines: number
  removedLines: number
  binary: boolean
}

export interface Patch {
  /** Unified diff from the base, with binary parts; `git apply --binary` takes it. */
  text: string
  files: FileChange[]
  addedLines: number
  removedLines: number
}

export interface Workspaces {
  /**
   * A work tree at `commit`, from a bare mirror that is refreshed by fetch and locked against concurrent use.
   * `url` and `env` as in CloneSource. Throws `infrastructure`/`clone_failed` with git's last line, `invalid_input`/`commit_missing`.
   */
  open(options: {
    repositoryKey: string
    url: string
    env: Record<string, string>
    commit: string
    runId: string
  }): Promise<Workspace>
  /** Removes what earlier, dead runs left behind; run ids in `alive` are kept. */
  sweep(alive: Set<string>): Promise<void>
}

export interface Workspace {
  /** Absolute. The files the sandbox sees; no real git directory inside, only a decoy. */
  readonly tree: string
  /** Absolute. HOME of the sandboxed commands. */
  readonly home: string
  readonly baseCommit: string
  /** Files that git tracks or would add, as POSIX paths, sorted. Ignored files are left out. */
  files(): Promise<string[]>
  /** Records the work tree as it is: SHA of a git tree. Ignored files are left out. Fast when nothing changed. */
  checkpoint(): Promise<string>
  /** Makes the work tree equal a checkpoint's tree (ignored files such as node_modules stay). */
  restore(treeSha: string): Promise<void>
  /** From the base commit, or from an earlier checkpoint, to a checkpoint. */
  diff(treeSha: string, from?: string): Promise<Patch>
  /** Applies a patch that `diff` made, on the base tree; used on resume. Answers the tree's SHA. */
  apply(patch: string): Promise<string>
  changes(treeSha: string): Promise<TreeChange[]>
  /** The text of a file at the base commit; undefined when it is not there, is binary or an LFS pointer. */
  readBase(path: string): Promise<string | undefined>
  /** Logins are unknown to git: author e-mails of the lines that a patch touches, most lines first. */
  blame(paths: string[]): Promise<{ email: string; lines: number }[]>
  /** A second work tree of exactly that tree, without anything a command left behind. The caller closes it. */
  fresh(treeSha: string): Promise<Workspace>
  /** Notes for the report: submodules not fetched, LFS pointers, names that are not UTF-8. */
  readonly notes: string[]
  /** Keeps a commit with that message on a branch of the user's repository; local mode only. Never touches HEAD, index or work tree. Refuses with `conflict` when the branch exists with other work. */
  close(): Promise<void>
}
