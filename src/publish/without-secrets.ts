// The last door before texts of a run leave the house: whatever wrote them, a model or a command, no credential passes.
import { redact } from '../trace/redaction.ts'
import type { PublishRequest } from './publication.ts'

/** The files stay as they were verified: a patch with a finding of the secret scan gets no further than that. */
export function withoutSecrets(request: PublishRequest): PublishRequest {
  const { title, body, commitMessage } = request
  return { ...request, title: redact(title), body: redact(body), commitMessage: redact(commitMessage) }
}
