// What is handed to the outside at the end, as a value.

/** A file of the tree that changed between the base commit and the tree to be published. */
export interface TreeChange {
  /** Path as git has it. Names that are not UTF-8 are refused earlier. */
  path: string
  /** `null` deletes. */
  blob: { mode: '100644' | '100755' | '120000'; content: Buffer } | null
}

export interface PublishRequest {
  runId: string
  /** `draft`: branch and draft PR · `branch`: a branch only · `patch`: nothing is pushed. */
  form: 'draft' | 'branch' | 'patch'
  verified: boolean
  branch: string
  baseBranch: string
  baseCommit: string
  /** SHA of the verified tree. The host refuses to move a ref to a commit whose tree is another. */
  treeSha: string
  changes: TreeChange[]
  /** Unified diff with binary parts, `git apply` takes it. */
  patch: string
  commitMessage: string
  title: string
  /** Where it holds `ownAddress`, the address of the pull request stands in the end. */
  body: string
  labels: string[]
  /** Always asked: `login` or `org/team`. */
  reviewers: string[]
  /** Asked where there is room left, and where they have access. Best first. */
  suggestedReviewers?: SuggestedReviewer[]
}

/** Git knows e-mails, CODEOWNERS `login`, `org/team` and e-mails. */
export type SuggestedReviewer = { login: string } | { email: string }

/** Stands for the address of a pull request, which is known when it is there. */
export const ownAddress = 'ADDRESS-OF-THIS-PULL-REQUEST'

/** Where the result can be found. Absent fields were not made. */
export interface Publication {
  form: 'draft' | 'branch' | 'patch'
  branch?: string
  commitSha?: string
  pullRequest?: { number: number; url: string }
  /** Local mode: absolute path of the patch file. */
  patchFile?: string
  /** Things that were asked for and refused, such as a plan without draft PRs; shown to the reader. */
  notes: string[]
}

/** What is there already while publishing goes on, which may end before there is all of it. */
export interface Pushed {
  branch: string
  commitSha: string
  /** URL. */
  pullRequest?: string
}

export type OnPushed = (pushed: Pushed) => Promise<void>
