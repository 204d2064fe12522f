// What every database has to promise to a run that asks people. Run by test/run/drizzle-answers.test.ts on each of them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/run/database.ts'
import { sql } from '../../src/run/drivers.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import type { ClaimedRun, Ledger } from '../../src/run/ledger.ts'
import { rowsOf } from '../../src/run/orm.ts'
import { createQueue, type PgBossQueue } from '../../src/run/pg-boss-queue.ts'
import type { Question, Said } from '../../src/run/question.ts'
import { approvalOf, choiceOf, newRun, silent, unique } from '../run/support.ts'

/** `open` opens the same database each time. */
export function questionContract(open: () => Promise<Database>): void {
  let database: Database
  let queue: PgBossQueue
  let ledger: Ledger
  let now: Date

  const start = async () => {
    database = await open()
    queue = await createQueue({ database, concurrency: 1, logger: silent })
    const ids = () => unique('r').slice(0, 12)
    const { enqueue, wake } = queue
    ledger = createLedger({ database, enqueue, wake, clock: () => now, ids, version: '1' })
  }
  const end = async () => {
    await queue.stop(0)
    await ledger.close()
  }
  const claim = async (runId: string): Promise<ClaimedRun> => {
    const claimed = await ledger.claim(runId)
    if (claimed === undefined) throw new Error(`${runId} could not be claimed`)
    return claimed
  }
  const claimNew = async () => {
    const recorded = await ledger.record(newRun())
    if (recorded.kind !== 'recorded') throw new Error(`not recorded: ${recorded.kind}`)
    return claim(recorded.run.id)
  }
  const asking = async (question: Question) => {
    const claimed = await claimNew()
    await claimed.ask(question)
    expect(await claimed.stand(question)).toMatch(/^awaiting_/)
    return claimed
  }
  const approve = (hash: string): Said => ({ kind: 'approve', hash })
  const jobsOf = async (runId: string) => {
    const result = await database.query((orm) =>
      orm.execute(sql`select id from pgboss.job where data ->> 'runId' = ${runId}`),
    )
    return rowsOf(result).length
  }

  beforeAll(start)
  afterAll(end)
  beforeEach(() => {
    now = new Date('2026-01-01T10:00:00.000Z')
  })

  describe('a question', () => {
    it('stands in the row of the run, also after the database was closed, and is gone once it is answered', async () => {
      const question = approvalOf('1a2b3c4d')
      const { run } = await asking(question)
      await end()
      await start()
      expect(await ledger.find(run.id)).toMatchObject({ state: 'awaiting_approval', question })
      now = new Date('2026-01-22T10:00:00.000Z')
      const answered = await ledger.answer(run.id, { said: approve('1a2b3c4d'), by: 'mia' })
      const answer = {
        question,
        said: approve('1a2b3c4d'),
        by: 'mia',
        askedAt: new Date('2026-01-01T10:00:00.000Z'),
        at: now,
      }
      expect(answered).toMatchObject({ kind: 'answered', run: { state: 'queued', question: undefined }, answer })
      expect(await ledger.find(run.id)).toMatchObject({ state: 'queued', question: undefined })
      expect(await jobsOf(run.id)).toBe(2)
      expect((await claim(run.id)).answers).toEqual([answer])
      expect((await ledger.events(run.id)).map(({ kind, data }) => ({ kind, data }))).toEqual([
        { kind: 'answered', data: { by: 'mia', hash: '1a2b3c4d', said: 'approve' } },
      ])
    })

    it('counts the work before it, and not the wait', async () => {
      const claimed = await claimNew()
      now = new Date('2026-01-01T10:03:00.000Z')
      await claimed.ask(approvalOf('aaaaaaaa'))
      await claimed.stand(approvalOf('aaaaaaaa'))
      now = new Date('2026-03-01T10:00:00.000Z')
      await ledger.answer(claimed.run.id, { said: { kind: 'revise', text: 'Smaller.' }, by: 'mia' })
      const again = await claim(claimed.run.id)
      expect(again.run.workedMs).toBe(180_000)
      now = new Date('2026-03-01T10:01:00.000Z')
      await again.ask(approvalOf('bbbbbbbb'))
      expect((await ledger.find(claimed.run.id))?.workedMs).toBe(240_000)
    })

    it('that was answered before the run stood still puts it back at once', async () => {
      const claimed = await claimNew()
      await claimed.ask(approvalOf('1a2b3c4d'))
      const early = await ledger.answer(claimed.run.id, { said: approve('1a2b3c4d'), by: 'mia' })
      expect(early).toMatchObject({ kind: 'answered', run: { state: 'running' } })
      expect(await jobsOf(claimed.run.id)).toBe(1)
      expect(await claimed.stand(approvalOf('1a2b3c4d'))).toBe('queued')
      expect(await jobsOf(claimed.run.id)).toBe(2)
      expect((await claim(claimed.run.id)).answers).toHaveLength(1)
    })

    it('that was answered is not asked again by a claim that did not know it', async () => {
      const claimed = await claimNew()
      await claimed.ask(approvalOf('1a2b3c4d'))
      const crashed = await claim(claimed.run.id)
      await ledger.answer(claimed.run.id, { said: approve('1a2b3c4d'), by: 'mia' })
      await crashed.ask(approvalOf('1a2b3c4d'))
      expect((await ledger.find(claimed.run.id))?.question).toBeUndefined()
      expect(await crashed.stand(approvalOf('1a2b3c4d'))).toBe('queued')
    })

    it('is not stood still for once somebody asked to stop', async () => {
      const claimed = await claimNew()
      await claimed.ask(choiceOf('1a2b3c4d'))
      await ledger.cancel(claimed.run.taskKey, { reason: 'stopped by mia' })
      await expect(claimed.stand(choiceOf('1a2b3c4d'))).rejects.toMatchObject({ class: 'cancelled' })
      const answered = await ledger.answer(claimed.run.id, { said: { kind: 'choose', option: 1 }, by: 'mia' })
      expect(answered).toMatchObject({ kind: 'refused', refusal: 'not_waiting' })
    })

    it('ends with its run when that is cancelled', async () => {
      const { run } = await asking(approvalOf('1a2b3c4d'))
      expect(await ledger.cancel(run.taskKey, { reason: 'The issue was closed.' })).toMatchObject({
        run: { state: 'ended' },
      })
      const late = await ledger.answer(run.id, { said: approve('1a2b3c4d'), by: 'mia' })
      expect(late).toMatchObject({ kind: 'refused', refusal: 'not_waiting', run: { state: 'ended' } })
      expect(await jobsOf(run.id)).toBe(1)
    })
  })

  describe('an answer', () => {
    it('makes one job, of 20 people at once', async () => {
      const { run } = await asking(approvalOf('1a2b3c4d'))
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          ledger.answer(run.id, { said: approve('1a2b3c4d'), by: `user-${at}`, delivery: unique('delivery') }),
        ),
      )
      expect(answers.filter(({ kind }) => kind === 'answered')).toHaveLength(1)
      expect(answers.filter((answer) => answer.kind === 'refused' && answer.refusal === 'answered')).toHaveLength(19)
      expect(await jobsOf(run.id)).toBe(2)
      expect(await ledger.answers(run.id)).toHaveLength(1)
    })

    it('that is delivered twice does nothing the second time', async () => {
      const { run } = await asking(approvalOf('1a2b3c4d'))
      const delivery = unique('delivery')
      const give = () => ledger.answer(run.id, { said: approve('1a2b3c4d'), by: 'mia', delivery })
      expect((await give()).kind).toBe('answered')
      expect(await give()).toEqual({ kind: 'duplicate_delivery' })
      expect(await jobsOf(run.id)).toBe(2)
      expect(await ledger.seen(delivery)).toBe(false)
    })

    it('to another question changes nothing, and says which one is open', async () => {
      const question = approvalOf('1a2b3c4d')
      const { run } = await asking(question)
      const answered = await ledger.answer(run.id, { said: approve('00000000'), by: 'mia' })
      expect(answered).toMatchObject({ kind: 'refused', refusal: 'other_hash', run: { question } })
      expect(await ledger.find(run.id)).toMatchObject({ state: 'awaiting_approval', question })
      expect(await ledger.answers(run.id)).toEqual([])
      expect(await jobsOf(run.id)).toBe(1)
    })

    it('to a run that is not there is told so', async () => {
      expect(await ledger.answer('r-0000000000', { said: approve('1a2b3c4d'), by: 'mia' })).toEqual({
        kind: 'unknown_run',
      })
    })

    it('is kept with NUL and lone surrogates', async () => {
      const { run } = await asking(choiceOf('1a2b3c4d'))
      const said: Said = { kind: 'revise', text: 'zero \0, half \ud83d' }
      await ledger.answer(run.id, { said, by: 'mia' })
      expect((await ledger.answers(run.id)).map((answer) => answer.said)).toEqual([said])
    })
  })
}
