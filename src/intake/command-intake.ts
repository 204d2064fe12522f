// What a comment's command does: permission is asked of the API, the ledger is told, then the person is answered.
import { mayCommand } from '../github/may-command.ts'
import {
  helpReply,
  nothingToRetry,
  type Reply,
  readinessReply,
  runReply,
  statusReply,
  stopReply,
} from '../render/command-replies.ts'
import type { ReplyPlace } from '../run/replies.ts'
import type { Run } from '../run/run.ts'
import { sanitise } from '../task/sanitise.ts'
import { answerRun } from './answer-run.ts'
import { type Command, parseCommand } from './commands.ts'
import { type CommentEvent, isBot } from './events.ts'
import { freezeReadiness, freezeTask, identityOf } from './freeze-task.ts'
import type { IntakeParts } from './intake-parts.ts'
import { cancelAll, recordRun } from './record-run.ts'
import { tellReply } from './tell-reply.ts'

/**
 * Whatever changes the ledger is done when this resolves, and what is to be said is kept; it is said in the background.
 * Throws where permission cannot be asked: the delivery then fails and can be sent again.
 */
export async function obeyComment(event: CommentEvent, delivery: string, parts: IntakeParts): Promise<void> {
  const { comment, installation, repository: at, issue } = event
  const log = parts.log.child({ delivery, issue: issue.html_url, by: comment.user.login })
  if (isBot(comment.user) || isBot(event.sender)) return log.debug('comment of a bot ignored')
  if (comment.performed_via_github_app?.id === parts.appId) return log.debug('our own comment ignored')
  // What the comment's page does not show is no command, and no remark.
  const command = parseCommand(sanitise(comment.body).text)
  if (command === undefined) return
  const repository = parts.github.repository(installation.id, at.owner.login, at.name)
  const permission = await repository.permission(comment.user.login)
  if (!mayCommand(permission)) {
    return log.info({ command: command.kind, permission }, 'command without write access ignored')
  }
  const { taskKey } = identityOf(event)
  await parts.replies.owe(delivery, { taskKey, place: placeOf(event) })
  const { reply, run } = await obey(command, event, delivery, parts)
  log.info({ command: command.kind, answered: reply !== undefined, runId: run?.id }, 'command')
  if (reply === undefined) return
  await parts.replies.word(delivery, reply)
  parts.background.start('answer a command', () => answer(delivery, parts))
}

function placeOf({ installation, repository, issue, comment }: CommentEvent): ReplyPlace {
  return {
    installationId: installation.id,
    owner: repository.owner.login,
    repo: repository.name,
    issue: issue.number,
    comment: comment.id,
  }
}

export interface Obeyed {
  /** Undefined when this delivery was obeyed before. */
  reply?: Reply
  /** The run that the command is about. */
  run?: Run
}

async function obey(command: Command, event: CommentEvent, delivery: string, parts: IntakeParts): Promise<Obeyed> {
  const { ledger } = parts
  const { taskKey } = identityOf(event)
  if (command.kind === 'run') return start(event, delivery, parts)
  if (command.kind === 'retry' && (await ledger.latest(taskKey)) !== undefined) return start(event, delivery, parts)
  if (command.kind === 'readiness') return measure(event, delivery, parts)
  if (command.kind === 'stop') return stop(event, delivery, parts)
  if (command.kind === 'approve' || command.kind === 'revise' || command.kind === 'choose')
    return answerRun(command, { taskKey, by: event.comment.user.login, delivery }, parts)
  if (!(await ledger.seen(delivery))) return {}
  if (command.kind === 'retry') return { reply: nothingToRetry }
  if (command.kind !== 'status') return { reply: helpReply(command) }
  const run = await ledger.latest(taskKey)
  return { reply: statusReply(run), ...(run && { run }) }
}

async function start(event: CommentEvent, delivery: string, parts: IntakeParts): Promise<Obeyed> {
  const { user, created_at } = event.comment
  const task = freezeTask(event, { by: user.login, at: created_at, delivery, force: true })
  const recorded = await recordRun(task, parts)
  if (recorded.kind === 'duplicate_delivery') return {}
  return { reply: runReply(recorded), run: recorded.run }
}

async function measure(event: CommentEvent, delivery: string, parts: IntakeParts): Promise<Obeyed> {
  const { user, created_at } = event.comment
  const recorded = await recordRun(freezeReadiness(event, { by: user.login, at: created_at, delivery }), parts)
  if (recorded.kind === 'duplicate_delivery') return {}
  return { reply: readinessReply(recorded), run: recorded.run }
}

async function stop(event: CommentEvent, delivery: string, parts: IntakeParts): Promise<Obeyed> {
  const reason = `It was stopped by ${event.comment.user.login}.`
  const { run, readiness } = await cancelAll(
    identityOf(event),
    { reason, delivery, at: event.comment.created_at },
    parts,
  )
  if (run.kind === 'duplicate_delivery') return {}
  const stopped = [run, readiness].flatMap((each) => (each.kind === 'cancelled' ? [each.run] : []))
  return { reply: stopReply(stopped), ...(stopped[0] && { run: stopped[0] }) }
}

/** What fails here is said by the rounds. */
async function answer(delivery: string, parts: IntakeParts): Promise<void> {
  const owed = await parts.replies.take(delivery)
  if (owed !== undefined) await tellReply(owed, parts)
}
