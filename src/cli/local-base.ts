/** What the flow starts from, found by workspace/local-repository.ts before the run is recorded. */
export interface LocalBase {
  /** For people and for git: an absolute path, or an address. */
  repository: string
  baseBranch: string
  baseCommit: string
  policyText: string | undefined
  notes: string[]
}

/** The names under which a run leaves its report and its patch. */
export const resultFiles = { report: 'report.md', patch: 'change.patch' }
