// An issue whose label no event brought becomes a run, as far as its text is still the one that was labelled.
import type { Logger } from 'pino'
import type { GitHubRepository, LabelledIssue, Labelling } from '../github/github.ts'
import { mayCommand } from '../github/may-command.ts'
import { freezeTask, identityOf } from '../intake/freeze-task.ts'
import { renderMissedLabel } from '../render/missed-label.ts'
import type { Ledger, NewRun, Recorded } from '../run/ledger.ts'
import type { Run } from '../run/run.ts'

export interface TakeUpParts {
  ledger: Pick<Ledger, 'latest'>
  /** Writes the run, and tells people that it waits. */
  record(request: NewRun): Promise<Recorded>
  label: string
  /** From one look to the next, in milliseconds. */
  everyMs: number
  log: Logger
  now(): Date
}

export interface FoundIssue {
  installationId: number
  repository: GitHubRepository
  issue: LabelledIssue
  /** A label that was put earlier is left to people. */
  labelledSince?: Date
}

/** `recorded`: it is a run now · `asked`: people are asked to put the label again · `left`: there is nothing to do. */
export type TakenUp = 'recorded' | 'asked' | 'left'

/** An event may be on its way for so long; whoever looks more often than that does not want to wait for it. One that comes later is known by its time. */
const hearsayMs = 10 * 60_000
/** GitHub notes a label and the issue's change by it one after the other, in whole seconds. */
const sameMomentMs = 2_000

export async function takeUp(found: FoundIssue, parts: TakeUpParts): Promise<TakenUp> {
  const event = eventOf(found)
  const { issue, repository } = found
  const { taskKey } = identityOf(event)
  const last = await parts.ledger.latest(taskKey)
  if (last !== undefined && (last.state !== 'ended' || notAfter(issue.updatedAt, last.task.requestedAt))) return 'left'
  const labelling = await repository.labelling(issue.number, parts.label)
  if (labelling === undefined || labelling.isBot || !isOpenTo(labelling, found, parts)) return 'left'
  if (last !== undefined && isAnswered(labelling, last)) return 'left'
  if (Date.parse(issue.updatedAt) - Date.parse(labelling.at) > sameMomentMs) return askAgain(found, labelling, parts)
  const recorded = await parts.record(
    freezeTask(event, {
      by: labelling.by,
      // What the event would have told: one that comes late is known by it.
      at: issue.updatedAt,
      label: parts.label,
      delivery: `found:${taskKey}:${labelling.at}`,
      force: false,
    }),
  )
  if (recorded.kind !== 'recorded') return 'left'
  parts.log.info({ runId: recorded.run.id, issue: issue.url, by: labelling.by }, 'a label that was missed is a run now')
  return 'recorded'
}

function isOpenTo({ at }: Labelling, { labelledSince }: FoundIssue, { now, everyMs }: TakeUpParts): boolean {
  const putAt = Date.parse(at)
  return putAt >= (labelledSince?.getTime() ?? 0) && putAt <= now().getTime() - Math.min(hearsayMs, everyMs)
}

/** By the run that it asked for, or by one that was under way: a label that is put meanwhile asks for nothing. */
function isAnswered({ at }: Labelling, { task, endedAt }: Run): boolean {
  return Date.parse(at) <= Math.max(Date.parse(task.requestedAt) + sameMomentMs, endedAt?.getTime() ?? 0)
}

function notAfter(one: string, other: string): boolean {
  return Date.parse(one) <= Date.parse(other)
}

/** Only the label was seen by whoever put it: what the text has become since may be somebody else's. */
async function askAgain(
  { repository, issue }: FoundIssue,
  labelling: Labelling,
  { label, log }: TakeUpParts,
): Promise<TakenUp> {
  if (!mayCommand(await repository.permission(labelling.by))) return 'left'
  const text = renderMissedLabel({ label, ...labelling })
  const [first = ''] = text.split('\n')
  const comments = await repository.comments(issue.number)
  if (comments.some(({ ours, body }) => ours && body.startsWith(first))) return 'left'
  await repository.createComment(issue.number, text)
  log.info({ issue: issue.url, by: labelling.by }, 'a label that was missed has to be put again')
  return 'asked'
}

/** As GitHub would have told it. */
function eventOf({ installationId, repository, issue }: FoundIssue): Parameters<typeof freezeTask>[0] {
  return {
    installation: { id: installationId },
    repository: { name: repository.name, owner: { login: repository.owner } },
    issue: {
      number: issue.number,
      title: issue.title,
      body: issue.body,
      html_url: issue.url,
      updated_at: issue.updatedAt,
      labels: issue.labels.map((name) => ({ name })),
    },
    sender: { login: '', type: 'User' },
  }
}
