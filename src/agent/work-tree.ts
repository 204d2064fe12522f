// The files that tools see and change. Types only; the adapter over a real folder is guarded-work-tree.ts.

/** Why something was not done, by rule; the message is for the model and for people. */
export interface Refusal {
  kind: 'refused'
  /** Of the adapter: `not_found`, `outside_work_tree`, `symbolic_link`, `not_a_file`, `not_text`, `too_large`, `git_folder`, `secret`, `bad_pattern`, `slow_pattern`; or the name of a policy's rule. */
  rule: string
  message: string
}

export interface SearchRequest {
  pattern: string
  /** A regular expression without flags; otherwise the pattern is looked for as it is. */
  regex: boolean
  ignoreCase: boolean
  /** Files to look into; absent: all. */
  accepts?: (path: string) => boolean
  /** Hits at most. */
  limit: number
}

export interface SearchResult {
  kind: 'found'
  hits: { path: string; line: number; text: string }[]
  /** True when there are more hits than the limit. */
  more: boolean
  /** Files with hits that are not shown because they hold credentials. */
  hidden: string[]
}

/** Paths are relative to the tree's root, POSIX, in Unicode NFC. Nothing here throws for what a path or a file is. */
export interface WorkTree {
  /** Sorted; ignored files and files that may not be read are left out. */
  list(): Promise<string[]>
  /** UTF-8 text with `\n` line ends where the file uses one kind of line end throughout, without a byte order mark. */
  readText(path: string): Promise<{ kind: 'text'; text: string } | Refusal>
  /** Creates or replaces. Keeps the file's mode, line ends and byte order mark; a file never stands half written. */
  writeText(path: string, text: string): Promise<{ kind: 'written' } | Refusal>
  delete(path: string): Promise<{ kind: 'deleted' } | Refusal>
  search(request: SearchRequest): Promise<SearchResult | Refusal>
}
