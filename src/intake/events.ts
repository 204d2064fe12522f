// The parts of GitHub's events that are read, and nothing else of them.
import { z } from 'zod'
import { Fault } from '../errors.ts'

const account = z.object({ login: z.string(), type: z.string().default('User') })

const issueEvent = z.object({
  installation: z.object({ id: z.number() }),
  repository: z.object({ name: z.string(), owner: z.object({ login: z.string() }) }),
  issue: z.object({
    number: z.number(),
    title: z.string(),
    body: z.string().nullish(),
    html_url: z.string(),
    updated_at: z.string(),
    labels: z.array(z.object({ name: z.string() })).default([]),
  }),
  sender: account,
})
export type IssueEvent = z.infer<typeof issueEvent>

const labelEvent = issueEvent.extend({ label: z.object({ name: z.string() }) })
export type LabelEvent = z.infer<typeof labelEvent>

const transferEvent = issueEvent.extend({
  changes: z
    .object({
      new_issue: z.object({ number: z.number() }),
      new_repository: z.object({ name: z.string(), owner: z.object({ login: z.string() }) }),
    })
    .optional(),
})
export type TransferEvent = z.infer<typeof transferEvent>

const commentEvent = issueEvent.extend({
  comment: z.object({
    id: z.number(),
    body: z.string(),
    created_at: z.string(),
    user: account,
    performed_via_github_app: z.object({ id: z.number() }).nullish(),
  }),
})
export type CommentEvent = z.infer<typeof commentEvent>

const installationEvent = z.object({
  action: z.string(),
  installation: z.object({ id: z.number(), account: z.object({ login: z.string() }).nullish() }),
  repositories: z.array(z.object({ full_name: z.string() })).optional(),
  repositories_added: z.array(z.object({ full_name: z.string() })).optional(),
  repositories_removed: z.array(z.object({ full_name: z.string() })).optional(),
})
export type InstallationEvent = z.infer<typeof installationEvent>

export const parseIssueEvent = reader('issues', issueEvent)
export const parseLabelEvent = reader('issues', labelEvent)
export const parseTransferEvent = reader('issues', transferEvent)
export const parseCommentEvent = reader('issue_comment', commentEvent)
export const parseInstallationEvent = reader('installation', installationEvent)

/** Every account of type `Bot` is left out of everything that starts or commands a run, our own first of all. */
export function isBot({ login, type }: { login: string; type: string }): boolean {
  return type === 'Bot' || login.endsWith('[bot]')
}

function reader<T>(event: string, schema: z.ZodType<T>): (payload: unknown) => T {
  return (payload) => {
    const parsed = schema.safeParse(payload)
    if (parsed.success) return parsed.data
    const missing = parsed.error.issues.map(({ path }) => path.join('.') || 'everything')
    throw new Fault('invalid_input', 'event_incomplete', `The ${event} event lacks ${missing.join(', ')}.`, {
      mend: 'Send the event as GitHub makes it; the webhook has to be that of a GitHub App, whose events name an installation.',
      data: { missing },
    })
  }
}
