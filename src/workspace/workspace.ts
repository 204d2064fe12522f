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
   * A work tree at `commit`, from a bare mirror that is refreshed by fetch, only if it lacks the commit, and locked
   * against concurrent use. `url` and `env` as in CloneSource. What a dead process left of the same run is removed.
   * Throws `infrastructure`/`clone_failed` or `git_server_unreachable` with git's own reason, `invalid_input`/`commit_missing`, `repository_empty`,
   * `repository_too_large` or `unsafe_path`, `cancelled` when the signal ended it.
   */
  open(options: {
    repositoryKey: string
    url: string
    env: Record<string, string>
    commit: string
    runId: string
    signal?: AbortSignal
  }): Promise<Workspace>
  /** Removes what dead processes left behind, and nothing that a living one works in. Mirrors that nobody uses go where all of them take too much room. */
  sweep(): Promise<void>
}

export interface Workspace {
  /** Absolute. The files the sandbox sees; no real git directory inside, only a decoy. */
  readonly tree: string
  /** Absolute. HOME of the sandboxed commands. */
  readonly home: string
  readonly baseCommit: string
  /** Files that git tracks or would add, as POSIX paths, sorted. Ignored files, submodules and names that are not UTF-8 are left out. */
  files(): Promise<string[]>
  /**
   * Records the work tree as it is: SHA of a git tree. Ignored files are left out, and so are nested repositories and new
   * names that are not UTF-8, with a note. Fast when nothing changed.
   */
  checkpoint(): Promise<string>
  /** Makes the work tree equal a checkpoint's tree (ignored files such as node_modules stay). */
  restore(treeSha: string): Promise<void>
  /** From the base commit, or from an earlier checkpoint, to a checkpoint. Applies again byte for byte, also in other encodings. */
  diff(treeSha: string, from?: string): Promise<Patch>
  /** Makes the work tree equal the base tree with a patch that `diff` made; used on resume. Answers the tree's SHA. Throws `invalid_input`/`patch_rejected`. */
  apply(patch: string): Promise<string>
  /** The same with a patch that was made from another commit of this repository, by three-way merge. Throws `invalid_input`/`patch_rejected` where both changed the same lines. */
  carryOver(patch: string): Promise<string>
  /** The SHA of a checkpoint's tree with these paths as they are at the base commit; the work tree is not touched. */
  without(treeSha: string, paths: string[]): Promise<string>
  /** What a checkpoint changes since the base commit, with whole contents, sorted by path. */
  changes(treeSha: string): Promise<TreeChange[]>
  /** First lines of the last 30 commits up to the base commit, newest first; merges left out. */
  recentSubjects(): Promise<string[]>
  /** The text of a file at the base commit; undefined when it is not there, is binary or an LFS pointer. */
  readBase(path: string): Promise<string | undefined>
  /**
   * Logins are unknown to git: author e-mails of the files' lines at the base commit, most lines first; with a checkpoint,
   * only of the lines that it changes.
   */
  blame(paths: string[], treeSha?: string): Promise<{ email: string; lines: number }[]>
  /** A second work tree of exactly that tree, without anything a command left behind. The caller closes it. */
  fresh(treeSha: string): Promise<Workspace>
  /** Notes for the report, each once: submodules not fetched, LFS pointers, names that are not UTF-8. Grows with checkpoints. */
  readonly notes: string[]
  /** Removes the folders, whatever a command did to them; may be called twice. Work trees made by `fresh` go with their first one. */
  close(): Promise<void>
}
