// `draftsmith approve`, `revise` and `choose`: what GitHub's comments are to the service, for a local run.
import { userInfo } from 'node:os'
import type { Logger } from 'pino'
import type { LocalFlow } from '../compose.ts'
import type { Config } from '../config.ts'
import { Fault } from '../errors.ts'
import { answerCommands, refusalSentence } from '../render/question.ts'
import type { Said } from '../run/question.ts'
import type { Run } from '../run/run.ts'
import { describeBase } from './describe-base.ts'
import { withRun } from './find-run.ts'
import { claim, type Standing, withLocalRun } from './local-run.ts'
import type { Terminal } from './terminal.ts'

export interface AnswerOptions {
  said: Said
  json?: boolean
}

interface Answering {
  /** Enough to find the run. */
  config: Config
  /** With a model's key, which only a run that goes on needs; throws what is missing. */
  complete(): Config
  log: Logger
  terminal: Terminal
}

/** Answers the exit code of the run that goes on. Throws `invalid_input` where the answer does not count, with what does. */
export async function answerCommand(
  runId: string,
  { said, json = false }: AnswerOptions,
  { config, complete, log, terminal }: Answering,
): Promise<number> {
  const { repository, base: asked } = await withRun(config, runId, async (run) => sourceOf(run))
  const base = await describeBase(config, { repo: repository, ...(asked && { base: asked }) })
  return withLocalRun({ config: complete(), log, terminal, base, json }, (flow) => answer(flow, runId, said))
}

function sourceOf({ id, task: { source, url } }: Run) {
  if (source.kind === 'local') return source
  throw new Fault('invalid_input', 'run_of_the_service', `Run ${id} belongs to an issue.`, {
    mend: `Answer it there with a comment${url ? `: ${url}` : '.'}`,
  })
}

/** One that was given before, by a process that ended since, only goes on. */
async function answer(flow: LocalFlow, runId: string, said: Said): Promise<Standing> {
  const answered = await flow.ledger.answer(runId, { said, by: userInfo().username })
  const goesOn =
    answered.kind === 'answered' ||
    (answered.kind === 'refused' && answered.refusal === 'answered' && answered.run.state !== 'ended')
  if (goesOn) return { kind: 'claimed', claimed: await claim(flow, runId) }
  const refused = answered.kind === 'refused' ? answered : undefined
  const question = refused?.run.question
  throw new Fault('invalid_input', 'answer_refused', refusalSentence(refused?.refusal ?? 'not_waiting'), {
    mend: question
      ? ['To go on:', ...answerCommands(runId, question)].join('\n  ')
      : `\`draftsmith show ${runId}\` tells where it stands.`,
  })
}
