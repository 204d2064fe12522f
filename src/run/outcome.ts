import type { Decline } from '../policy/decline.ts'
import type { Publication } from '../publish/publication.ts'

/** Every way a run can end. The list is closed: a new way is a new member, and the compiler finds who must know. */
export type Outcome =
  | { kind: 'pull_request'; publication: Publication }
  | { kind: 'unverified'; reason: string; publication: Publication }
  | { kind: 'plan_only'; reason: string }
  | { kind: 'declined'; decline: Decline }
  | { kind: 'cancelled'; reason: string; patchArtifact?: string }
  | { kind: 'failed'; code: string; reason: string; mend?: string; patchArtifact?: string }

export type OutcomeKind = Outcome['kind']

/** Artifact that holds the work so far, as a patch from the base commit. */
export const workPatch = 'work.patch'
