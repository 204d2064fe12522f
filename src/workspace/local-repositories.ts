// A repository on the user's own machine: read from, and given a branch at the end. Types only.

export interface LocalDescription {
  /** Absolute; the top of the work tree, or the bare repository itself. */
  root: string
  /** What the work starts from, for people: a branch, a tag, or `HEAD` when that is detached. */
  baseBranch: string
  /** 40 hexadecimal digits. */
  baseCommit: string
  /** Changed, staged and untracked paths that the run does not see, sorted; as text, odd bytes escaped. */
  uncommitted: string[]
  /** Where `origin` fetches from, without credentials; absent when there is none. */
  remoteUrl?: string
}

export interface KeepBranchRequest {
  /** Absolute path of the user's repository. */
  repository: string
  /** Short name, such as `agent/issue-12`. */
  branch: string
  baseCommit: string
  /** As `Workspace.diff` made it, from the base commit. */
  patch: string
  /** SHA of the tree that was verified; the commit has exactly this tree or is not made. */
  treeSha: string
  message: string
  author: { name: string; email: string }
}

/** None of these reads or runs the repository's configuration, hooks, filters or attributes. */
export interface LocalRepositories {
  /**
   * What a run in this folder starts from: `base`, or HEAD. Throws `invalid_input` with the mend: `not_a_repository`,
   * `repository_empty`, `unknown_base`, `unsupported_repository`.
   */
  describeLocal(path: string, base?: string): Promise<LocalDescription>
  /** The same for a URL, by asking the server; `root` is the URL, nothing is uncommitted. Also throws `infrastructure`/`clone_failed`. */
  describeRemote(url: string, base?: string, env?: Record<string, string>): Promise<LocalDescription>
  /**
   * Puts one commit on a new branch, and never touches HEAD, index or work tree. May be called again: a branch that holds
   * this very work already is answered as it is. Throws `conflict`/`branch_exists` when it holds anything else,
   * `invalid_input`/`bad_branch_name`, `patch_rejected` or `commit_missing`, `defect`/`tree_mismatch`.
   */
  keepBranch(request: KeepBranchRequest): Promise<{ commitSha: string }>
}
