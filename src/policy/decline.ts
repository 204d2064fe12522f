// The closed list of reasons for which Draftsmith does no work, with what the reader sees and can do.

export const declineCodes = [
  'too_complex',
  'too_large',
  'ambiguous',
  'not_feasible',
  'not_reproducible',
  'protected_path',
  'task_type_not_allowed',
  'not_ready',
  'no_checks',
  'untested_code',
  'tool_missing',
  'install_failed',
  'baseline_unusable',
  'duplicate_pull_request',
  'already_made',
  'issue_closed',
  'issue_locked',
  'issue_is_pull_request',
  'issue_too_large',
  'issue_empty',
  'repository_archived',
  'repository_empty',
  'repository_too_large',
  'issues_disabled',
  'branch_missing',
  'policy_invalid',
  'path_missing',
] as const
export type DeclineCode = (typeof declineCodes)[number]

/** A decline as a value. The texts for people are made from it by `render/decline.ts`. */
export interface Decline {
  code: DeclineCode
  /** What was found, quoted or measured: `asks for .github/workflows/ci.yml`. One entry, one line. */
  evidence: string[]
  /** Addresses of pages that GitHub told us of, for the reader to open. */
  links?: string[]
}
