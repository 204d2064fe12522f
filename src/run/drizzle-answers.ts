// Questions of runs and what people answer. One answer a question, and one job an answer, whoever is first.

import { refuseAnswer, stateOf } from './answer-rules.ts'
import type { Claim } from './claim-fence.ts'
import type { Database } from './database.ts'
import { and, asc, eq, inArray, isNull } from './drivers.ts'
import type { Answered, NewAnswer } from './ledger.ts'
import type { Transaction } from './orm.ts'
import type { Answer, Question, WaitingState } from './question.ts'
import type { Run } from './run.ts'
import { answerTable, eventTable, runTable } from './schema.ts'
import { statesBefore } from './transitions.ts'

/** Writes the job of a run that goes on; absent where whoever answered claims it. */
export type Wake = (transaction: Transaction, run: { id: string; repositoryKey: string }) => Promise<void>

export function readAnswers(database: Database, runId: string): Promise<Answer[]> {
  return database.query((orm) => answersOf(orm, runId))
}

async function answersOf(orm: Pick<Transaction, 'select'>, runId: string): Promise<Answer[]> {
  const { question, said, by, askedAt, at, sequence } = answerTable
  return orm
    .select({ question, said, by, askedAt, at })
    .from(answerTable)
    .where(eq(answerTable.runId, runId))
    .orderBy(asc(sequence))
}

export interface AnswerParts {
  /** Of the run's row, which is locked: nobody answers at the same time. */
  held: { run: Run; askedAt: Date | null }
  answer: NewAnswer
  now: Date
  wake: Wake | undefined
}

export async function keepAnswer(
  transaction: Transaction,
  { held, answer, now, wake }: AnswerParts,
): Promise<Answered> {
  const { run, askedAt } = held
  const earlier = await answersOf(transaction, run.id)
  const refusal = refuseAnswer(run, earlier, answer.said)
  if (refusal !== undefined || run.question === undefined)
    return { kind: 'refused', refusal: refusal ?? 'not_waiting', run, earlier }
  const { said, by } = answer
  const kept: Answer = { question: run.question, said, by, askedAt: askedAt ?? now, at: now }
  await transaction.insert(answerTable).values({ ...kept, runId: run.id, questionHash: run.question.hash })
  const data = { by, hash: run.question.hash, said: said.kind }
  await transaction.insert(eventTable).values({ runId: run.id, kind: 'answered', data, at: now })
  // One that is about to stand still sees the answer when it does, and goes back by itself.
  const stands = run.state !== 'running'
  const changes = { question: null, ...(stands && { state: 'queued' as const }) }
  await transaction.update(runTable).set(changes).where(eq(runTable.id, run.id))
  if (stands) await wake?.(transaction, run)
  return { kind: 'answered', run: { ...run, ...changes, question: undefined }, answer: kept }
}

export interface QuestionParts {
  claim: Claim
  question: Question
  now: Date
}

/** False when the claim is not the newest. What was asked and answered before is not asked again. */
export async function openQuestion(
  transaction: Transaction,
  { claim, question, now }: QuestionParts,
  workedMs: number,
): Promise<boolean> {
  const answered = await isAnswered(transaction, claim, question)
  const opened = await transaction
    .update(runTable)
    .set({ workedMs, ...(!answered && { question, askedAt: now }) })
    .where(and(eq(runTable.id, claim.runId), eq(runTable.epoch, claim.epoch)))
    .returning({ id: runTable.id })
  return opened.length === 1
}

/** Undefined when the claim is not the newest, or somebody asked to stop. */
export async function standStill(
  transaction: Transaction,
  { claim, question }: Pick<QuestionParts, 'claim' | 'question'>,
  wake: Wake | undefined,
): Promise<WaitingState | 'queued' | undefined> {
  const { id, epoch, state, cancelReason, repositoryKey } = runTable
  const held = await transaction
    .select({ id, repositoryKey })
    .from(runTable)
    .where(
      and(
        eq(id, claim.runId),
        eq(epoch, claim.epoch),
        isNull(cancelReason),
        inArray(state, statesBefore(stateOf(question))),
      ),
    )
    .for('update')
  const [run] = held
  if (run === undefined) return undefined
  const to = (await isAnswered(transaction, claim, question)) ? 'queued' : stateOf(question)
  await transaction.update(runTable).set({ state: to }).where(eq(id, run.id))
  if (to === 'queued') await wake?.(transaction, run)
  return to
}

async function isAnswered(transaction: Transaction, { runId }: Claim, { hash }: Question): Promise<boolean> {
  const answers = await transaction
    .select({ hash: answerTable.questionHash })
    .from(answerTable)
    .where(and(eq(answerTable.runId, runId), eq(answerTable.questionHash, hash)))
  return answers.length > 0
}
