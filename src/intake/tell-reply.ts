// Says what a command is owed, once: in the comment's own issue, found again by a hidden mark.
import type { Logger } from 'pino'
import { toFault } from '../errors.ts'
import type { GitHubApp, GitHubRepository } from '../github/github.ts'
import { renderReply, repliedTo, statusReply } from '../render/command-replies.ts'
import type { Ledger } from '../run/ledger.ts'
import type { OwedReply, Replies } from '../run/replies.ts'

export interface ReplyParts {
  replies: Pick<Replies, 'told'>
  ledger: Pick<Ledger, 'latest'>
  github: Pick<GitHubApp, 'repository'>
  log: Logger
}

/** Throws `infrastructure` where GitHub does not answer; it is owed still then. What GitHub refuses for good is given up. */
export async function tellReply(owed: OwedReply, { replies, ledger, github, log }: ReplyParts): Promise<void> {
  const { delivery, place, taskKey } = owed
  // What was to be said died with a process; what it is about is where the run stands.
  const reply = owed.reply ?? statusReply(await ledger.latest(taskKey))
  try {
    await say({ ...owed, reply }, github.repository(place.installationId, place.owner, place.repo))
  } catch (thrown) {
    const fault = toFault(thrown)
    if (fault.class === 'infrastructure') throw fault
    log.warn({ err: fault, delivery, ...place }, 'a command cannot be answered')
  }
  await replies.told(delivery)
}

/** The reaction is a courtesy; the words are not given up for it. */
async function say({ place, reply, again }: Required<OwedReply>, repository: GitHubRepository): Promise<void> {
  const { issue, comment } = place
  if (reply === undefined || (again && (await isSaid(repository, { issue, comment })))) return
  await repository.addReaction(comment, reply.reaction).catch(() => undefined)
  await repository.createComment(issue, renderReply(reply, comment))
}

/** The mark alone proves nothing: anybody can copy it into a comment. */
async function isSaid(
  repository: GitHubRepository,
  { issue, comment }: { issue: number; comment: number },
): Promise<boolean> {
  const comments = await repository.comments(issue)
  return comments.some(({ ours, body }) => ours && repliedTo(body) === comment)
}
