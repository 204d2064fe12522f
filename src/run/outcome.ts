import type { Decline } from '../policy/decline.ts'
import type { Readiness } from '../prepare/readiness.ts'
import type { Publication } from '../publish/publication.ts'

/** Every way a run can end. The list is closed: a new way is a new member, and the compiler finds who must know. */
export type Outcome =
  | { kind: 'pull_request'; publication: Publication }
  | { kind: 'unverified'; reason: string; publication: Publication }
  | { kind: 'plan_only'; reason: string }
  /** What a task comes to that asks for readiness: the report is in its comment. */
  | { kind: 'reported'; verdict: Readiness['verdict'] }
  | { kind: 'declined'; decline: Decline }
  | ({ kind: 'cancelled'; reason: string } & Made)
  | ({ kind: 'failed'; code: string; reason: string; mend?: string } & Made)

export type OutcomeKind = Outcome['kind']

/** What a run had made when it was ended before its time. */
export interface Made {
  patchArtifact?: string
  /** Holds the work. */
  branch?: string
  /** URL. */
  pullRequest?: string
}

/** What people made of the pull request of a run. */
export interface PullRequestEnd {
  kind: 'merged' | 'closed'
  at: Date
}

/** Event that tells it: `kind`, and `at` in ISO 8601. */
export const pullRequestEnded = 'pull_request_ended'

/** Event that tells where the work is from then on: `branch`, `commitSha`, and `pullRequest` once there is one. */
export const pushed = 'pushed'

/** Artifact that holds the work so far, as a patch from the base commit. */
export const workPatch = 'work.patch'
