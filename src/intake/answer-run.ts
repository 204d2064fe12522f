// What people say to a run that waits for them.
import { answerReply, emptyRemark, type Reply, remarkTooLong, unanswerable } from '../render/command-replies.ts'
import type { Said } from '../run/question.ts'
import type { Run } from '../run/run.ts'
import type { Command } from './commands.ts'
import type { IntakeParts } from './intake-parts.ts'

type AnswerCommand = Extract<Command, { kind: 'approve' | 'revise' | 'choose' }>

/** Characters. Longer than any remark on a plan has to be; what is longer is an issue of its own. */
const longestRemark = 4_000

export interface AnswerRequest {
  taskKey: string
  /** Has write access. */
  by: string
  delivery: string
}

/** Without a reply where this delivery was obeyed before. */
export async function answerRun(
  said: AnswerCommand,
  { taskKey, by, delivery }: AnswerRequest,
  { ledger, background, waiting }: IntakeParts,
): Promise<{ reply?: Reply; run?: Run }> {
  const run = await ledger.latest(taskKey)
  const useless = run === undefined ? unanswerable : unusable(said)
  if (run === undefined || useless !== undefined)
    return (await ledger.seen(delivery)) ? { reply: useless ?? unanswerable, ...(run && { run }) } : {}
  const answered = await ledger.answer(run.id, { said, by, delivery })
  if (answered.kind === 'duplicate_delivery') return {}
  if (answered.kind === 'unknown_run') return { reply: unanswerable }
  const { run: told } = answered
  if (answered.kind === 'answered') background.start('tell that a run waits', () => waiting.tellQueued(told))
  return { reply: answerReply(said, answered), run: told }
}

function unusable(said: Said): Reply | undefined {
  if (said.kind !== 'revise') return undefined
  if (said.text === '') return emptyRemark
  return said.text.length > longestRemark ? remarkTooLong(longestRemark) : undefined
}
