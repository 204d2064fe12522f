// GitHub's events, translated into what the ledger knows. Nothing else happens here: the webhook is answered when these return.
import type { Probot } from 'probot'
import type { Cancellation, Cancelled } from '../run/ledger.ts'
import { obeyComment } from './command-intake.ts'
import {
  type IssueEvent,
  isBot,
  type LabelEvent,
  parseCommentEvent,
  parseInstallationEvent,
  parseIssueEvent,
  parseLabelEvent,
  parseTransferEvent,
  type TransferEvent,
} from './events.ts'
import { freezeTask, identityOf } from './freeze-task.ts'
import { noteInstallation } from './installation-intake.ts'
import type { IntakeParts } from './intake-parts.ts'
import { cancelAll, cancelRun, recordRun } from './record-run.ts'

export function registerWebhooks(app: Probot, parts: IntakeParts): void {
  app.on('issues.labeled', ({ id, payload }) => recordLabel(parseLabelEvent(payload), id, parts))
  app.on('issues.unlabeled', ({ id, payload }) => cancelUnlabelled(parseLabelEvent(payload), id, parts))
  app.on('issues.closed', ({ id, payload }) =>
    cancel(parseIssueEvent(payload), { reason: 'The issue was closed.' }, id, parts),
  )
  app.on('issues.deleted', ({ id, payload }) =>
    cancel(parseIssueEvent(payload), { reason: 'The issue was deleted.' }, id, parts),
  )
  app.on('issues.transferred', ({ id, payload }) => cancelTransferred(parseTransferEvent(payload), id, parts))
  app.on('issue_comment.created', ({ id, payload }) => obeyComment(parseCommentEvent(payload), id, parts))
  app.on(['installation', 'installation_repositories'], ({ id, name, payload }) =>
    noteInstallation(parseInstallationEvent(payload), { event: name, delivery: id }, parts),
  )
}

/**
 * No call to GitHub before the answer: permission is asked by whoever says the first word, and by the worker.
 * The time of the label is the issue's `updated_at`, the only one that the event has.
 */
async function recordLabel(event: LabelEvent, delivery: string, parts: IntakeParts): Promise<void> {
  const { sender, label, issue } = event
  if (!isOurs(label.name, parts)) return
  const log = parts.log.child({ delivery, issue: issue.html_url, by: sender.login })
  if (isBot(sender)) {
    await parts.ledger.seen(delivery)
    return log.info('label put by a bot ignored')
  }
  const request = { by: sender.login, at: issue.updated_at, label: label.name, delivery, force: false }
  const recorded = await recordRun(freezeTask(event, request), parts)
  const runId = recorded.kind === 'duplicate_delivery' ? undefined : recorded.run.id
  log.info({ answer: recorded.kind, runId }, 'label event')
}

async function cancelUnlabelled(event: LabelEvent, delivery: string, parts: IntakeParts): Promise<void> {
  if (!isOurs(event.label.name, parts)) return
  const reason = `The label was removed by ${event.sender.login}.`
  const cancellation = { reason, delivery, at: event.issue.updated_at }
  noteCancelled(await cancelRun(identityOf(event).taskKey, cancellation, parts), event, parts)
}

/** The comments have moved along with it, so that the last word belongs there, if we may write there. */
function cancelTransferred(event: TransferEvent, delivery: string, parts: IntakeParts): Promise<void> {
  if (event.changes === undefined) return cancel(event, { reason: 'The issue was transferred.' }, delivery, parts)
  const { new_issue: issue, new_repository: to } = event.changes
  const movedTo = { owner: to.owner.login, repo: to.name, number: issue.number }
  const reason = `The issue was transferred to ${movedTo.owner}/${movedTo.repo}#${movedTo.number}.`
  return cancel(event, { reason, movedTo }, delivery, parts)
}

/**
 * Whoever did it, a bot too: an issue that is closed or without its label is a fact, not a command.
 * Sent again later, the same event must not end the run that began since.
 */
async function cancel(
  event: IssueEvent,
  why: Pick<Cancellation, 'reason' | 'movedTo'>,
  delivery: string,
  parts: IntakeParts,
): Promise<void> {
  const { run, readiness } = await cancelAll(identityOf(event), { ...why, delivery, at: event.issue.updated_at }, parts)
  for (const cancelled of [run, readiness]) noteCancelled(cancelled, event, parts)
}

function noteCancelled(cancelled: Cancelled, { issue }: IssueEvent, { log }: IntakeParts): void {
  if (cancelled.kind !== 'cancelled') return
  const { id, cancelReason } = cancelled.run
  log.info({ issue: issue.html_url, runId: id, reason: cancelReason }, 'run cancelled')
}

function isOurs(label: string, parts: IntakeParts): boolean {
  return label.toLowerCase() === parts.label.toLowerCase()
}
