// What every database has to promise to the ledger. Run by test/run/drizzle-ledger.test.ts on each of them.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import { fencedWrites } from '../../src/run/claim-fence.ts'
import type { Database } from '../../src/run/database.ts'
import { sql } from '../../src/run/drivers.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import type { ClaimedRun, Ledger, NewRun } from '../../src/run/ledger.ts'
import { rowsOf } from '../../src/run/orm.ts'
import { pushed, workPatch } from '../../src/run/outcome.ts'
import { createQueue, type PgBossQueue } from '../../src/run/pg-boss-queue.ts'
import type { Run } from '../../src/run/run.ts'
import { approvalOf, modelReply, modelRequest, newRun, silent, unique } from '../run/support.ts'

/** `open` opens the same database each time. */
export function ledgerContract(open: () => Promise<Database>): void {
  let database: Database
  let queue: PgBossQueue
  let ledger: Ledger
  let now: Date

  const openLedger = (enqueue = queue.enqueue) =>
    createLedger({
      database,
      enqueue,
      wake: queue.wake,
      clock: () => now,
      ids: () => unique('r').slice(0, 12),
      version: '1.2.3',
    })
  const start = async () => {
    database = await open()
    queue = await createQueue({ database, concurrency: 1, logger: silent })
    ledger = openLedger()
  }
  const end = async () => {
    await queue.stop(0)
    await ledger.close()
  }
  const record = async (request: NewRun = newRun()): Promise<Run> => {
    const recorded = await ledger.record(request)
    if (recorded.kind !== 'recorded') throw new Error(`not recorded: ${recorded.kind}`)
    return recorded.run
  }
  const claim = async (runId: string): Promise<ClaimedRun> => {
    const claimed = await ledger.claim(runId)
    if (claimed === undefined) throw new Error(`${runId} could not be claimed`)
    return claimed
  }
  const claimNew = async (request?: NewRun) => claim((await record(request)).id)
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

  describe('record', () => {
    it('keeps the task as it was, NUL and lone surrogates included', async () => {
      const request = newRun()
      request.task.body = 'zero \0, half a pair \ud83d, ünïcode'
      const run = await record(request)
      expect(run).toEqual({
        id: run.id,
        taskKey: request.taskKey,
        repositoryKey: request.repositoryKey,
        attempt: 1,
        task: request.task,
        state: 'queued',
        outcome: undefined,
        epoch: 0,
        version: '1.2.3',
        cancelReason: undefined,
        createdAt: now,
        startedAt: undefined,
        endedAt: undefined,
        question: undefined,
        workedMs: 0,
        tries: 0,
        waitedMs: 0,
        recordFormat: 1,
      })
      expect(await ledger.find(run.id)).toEqual(run)
      expect(await ledger.latest(request.taskKey)).toEqual(run)
      expect(await jobsOf(run.id)).toBe(1)
    })

    it('makes one run and one job of 20 requests at once', async () => {
      const request = newRun()
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => ledger.record({ ...request, delivery: unique('delivery') })),
      )
      const recorded = answers.flatMap((answer) => (answer.kind === 'recorded' ? [answer.run.id] : []))
      expect(recorded).toHaveLength(1)
      expect(answers.filter((answer) => answer.kind === 'already_under_way')).toHaveLength(19)
      expect(await jobsOf(recorded[0] ?? '')).toBe(1)
      const sameTask = (await ledger.list({ limit: 100 })).filter((run) => run.taskKey === request.taskKey)
      expect(sameTask.map((run) => run.id)).toEqual(recorded)
    })

    it('answers a delivery that it has seen as a duplicate, also 20 at once', async () => {
      const delivery = unique('delivery')
      const kinds = await Promise.all(
        Array.from({ length: 20 }, async () => (await ledger.record(newRun({ delivery }))).kind),
      )
      expect(kinds.sort()).toEqual([...Array(19).fill('duplicate_delivery'), 'recorded'])
      expect(await ledger.seen(delivery)).toBe(false)
    })

    it('remembers a delivery that started no run', async () => {
      const delivery = unique('delivery')
      expect(await ledger.seen(delivery)).toBe(true)
      expect(await ledger.seen(delivery)).toBe(false)
      expect((await ledger.record(newRun({ delivery }))).kind).toBe('duplicate_delivery')
    })

    it('takes a label for stale that is not newer than what asked for the last run, unless it is forced', async () => {
      const request = newRun({}, '2026-01-01T09:00:00.000Z')
      const first = await claimNew(request)
      await first.settle({ kind: 'cancelled', reason: 'enough' })
      const again = await ledger.record(request)
      expect(again).toMatchObject({ kind: 'stale', run: { id: first.run.id } })

      const forced = await record({ ...request, force: true })
      expect(forced.attempt).toBe(2)
      await (await claim(forced.id)).settle({ kind: 'cancelled', reason: 'enough' })
      const later = newRun({ taskKey: request.taskKey }, '2026-01-01T11:00:00.000Z')
      expect((await record(later)).attempt).toBe(3)
    })

    it('compares the times of two labels, and never our clock with that of their sender', async () => {
      now = new Date('2026-01-01T09:10:00.000Z')
      const request = newRun({}, '2026-01-01T09:00:00.000Z')
      await (await claimNew(request)).settle({ kind: 'cancelled', reason: 'enough' })
      const again = newRun({ taskKey: request.taskKey }, '2026-01-01T09:00:30.000Z')
      expect((await record(again)).attempt).toBe(2)
    })

    it('takes neither a command nor a stop that is delivered late for one that comes after the last run', async () => {
      const request = newRun({ force: true }, '2026-01-01T09:00:10.000Z')
      const run = await record(request)
      const stop = (at: string) => ledger.cancel(request.taskKey, { reason: 'closed', at })
      expect(await stop('2026-01-01T09:00:09Z')).toEqual({ kind: 'nothing_under_way' })
      expect(await stop('2026-01-01T09:00:10Z')).toMatchObject({
        kind: 'cancelled',
        run: { id: run.id, state: 'ended' },
      })
      const late = newRun({ taskKey: request.taskKey, force: true }, '2026-01-01T09:00:09.000Z')
      expect(await ledger.record(late)).toMatchObject({ kind: 'stale', run: { id: run.id } })
    })

    it('knows what is under way of an installation and of some of its repositories', async () => {
      const request = newRun()
      if (request.task.source.kind === 'github_issue') request.task.source.installationId = 77
      const run = await record(request)
      const ids = async (of?: { installationId: number; repositories?: string[] }) =>
        (await ledger.underWay(of)).map(({ id }) => id)
      expect(await ids()).toContain(run.id)
      expect(await ids({ installationId: 77 })).toEqual([run.id])
      expect(await ids({ installationId: 77, repositories: [run.repositoryKey] })).toEqual([run.id])
      expect(await ids({ installationId: 77, repositories: ['github:acme/other'] })).toEqual([])
      expect(await ids({ installationId: 78 })).toEqual([])
      await (await claim(run.id)).settle({ kind: 'cancelled', reason: 'enough' })
      expect(await ids({ installationId: 77 })).toEqual([])
    })

    it('of a task whose run was asked to stop makes the next one, while the stopped one unwinds', async () => {
      const request = newRun({ force: true })
      const first = await claimNew(request)
      await ledger.cancel(request.taskKey, { reason: 'stopped by mona' })
      const second = await record(request)
      expect([second.attempt, await jobsOf(second.id)]).toEqual([2, 1])
      expect(await ledger.record(request)).toMatchObject({ kind: 'already_under_way', run: { id: second.id } })

      const stopped = await ledger.cancel(request.taskKey, { reason: 'stopped by hubot' })
      expect(stopped).toMatchObject({ run: { id: second.id, state: 'ended', cancelReason: 'stopped by hubot' } })
      const again = await ledger.cancel(request.taskKey, { reason: 'once more' })
      expect(again).toMatchObject({ run: { id: first.run.id, state: 'running', cancelReason: 'stopped by mona' } })
      await first.settle({ kind: 'cancelled', reason: 'stopped by mona' })
      expect(await ledger.cancel(request.taskKey, { reason: 'again' })).toEqual({ kind: 'nothing_under_way' })
    })

    it('writes nothing when the job cannot be made', async () => {
      const request = newRun({ delivery: unique('delivery') })
      const broken = openLedger(async (transaction, run) => {
        await queue.enqueue(transaction, run)
        throw new Error('the job system is away')
      })
      await expect(broken.record(request)).rejects.toThrow('the job system is away')
      expect(await ledger.latest(request.taskKey)).toBeUndefined()
      const run = await record(request)
      expect(await jobsOf(run.id)).toBe(1)
    })
  })

  describe('claim', () => {
    it('raises the epoch and refuses every write of an older claim', async () => {
      const old = await claimNew()
      const reservation = await old.modelCalls.reserve(call('a'))
      const fresh = await claim(old.run.id)
      expect([old.run.epoch, fresh.run.epoch]).toEqual([1, 2])
      expect(fresh.run.startedAt).toEqual(old.run.startedAt)

      const stage = { stage: 'plan', round: 0, inputHash: 'h' }
      const writes = {
        check: () => old.check(),
        writeStage: () => old.writeStage(stage, 'old'),
        event: () => old.event('old'),
        writeArtifact: () => old.writeArtifact('old', 'old'),
        reserve: () => old.modelCalls.reserve(call('b')),
        settleCall: () => old.modelCalls.settle(reservation, modelReply('old'), 1),
        release: () => old.modelCalls.release(reservation),
        transition: () => old.transition('awaiting_approval'),
        ask: () => old.ask(approvalOf('1a2b3c4d')),
        stand: () => old.stand(approvalOf('1a2b3c4d')),
        settle: () => old.settle({ kind: 'cancelled', reason: 'old' }),
      }
      for (const [name, write] of Object.entries(writes)) {
        await expect(write(), name).rejects.toMatchObject({ class: 'fenced', code: 'fenced' })
      }
      expect(await fresh.readStage(stage)).toBeUndefined()
      expect(await ledger.events(old.run.id)).toEqual([])
      expect(await ledger.artifacts(old.run.id)).toEqual([])
      expect((await fresh.modelCalls.spent()).calls).toBe(1)
      await fresh.check()
      expect((await ledger.find(old.run.id))?.state).toBe('running')
    })

    it('lets no write of an older claim in once the newer one stands', async () => {
      const old = await claimNew()
      const landed: number[] = []
      const writes = Array.from({ length: 30 }, async (_, index) => {
        await sleep(index)
        await old.event('old', { index }).then(
          () => landed.push(index),
          (error: unknown) => expect(error).toMatchObject({ class: 'fenced' }),
        )
      })
      await sleep(10)
      await claim(old.run.id)
      const atClaim = (await ledger.events(old.run.id)).length
      await Promise.all(writes)
      const events = await ledger.events(old.run.id)
      expect(events).toHaveLength(atClaim)
      expect(events).toHaveLength(landed.length)
    })

    it('waits for a write that an older claim has begun', async () => {
      const old = await claimNew()
      const order: string[] = []
      let claiming: Promise<unknown> | undefined
      await fencedWrites(database, { runId: old.run.id, epoch: old.run.epoch })(async () => {
        claiming = ledger.claim(old.run.id).then(() => order.push('claimed'))
        await sleep(100)
        order.push('written')
      })
      await claiming
      expect(order).toEqual(['written', 'claimed'])
    })

    it('answers nothing for a run that ended, waits for a person, or does not exist', async () => {
      const ended = await claimNew()
      await ended.settle({ kind: 'cancelled', reason: 'enough' })
      const waiting = await claimNew()
      await waiting.transition('awaiting_approval')
      for (const id of [ended.run.id, waiting.run.id, 'r-0000000000']) expect(await ledger.claim(id)).toBeUndefined()
    })
  })

  describe('states', () => {
    it('settles with the outcome, once', async () => {
      const claimed = await claimNew()
      now = new Date('2026-01-01T10:30:00.000Z')
      const outcome = { kind: 'declined', decline: { code: 'ambiguous', evidence: ['no file is named'] } } as const
      await claimed.settle({ ...outcome, decline: { ...outcome.decline, evidence: [...outcome.decline.evidence] } })
      expect(await ledger.find(claimed.run.id)).toMatchObject({ state: 'ended', outcome, endedAt: now })
      await expect(claimed.settle({ kind: 'cancelled', reason: 'twice' })).rejects.toMatchObject({
        class: 'defect',
        code: 'illegal_transition',
      })
      expect(await ledger.find(claimed.run.id)).toMatchObject({ outcome })
    })

    it('ends a queued and a waiting run at once when it is cancelled', async () => {
      const queued = await record()
      const waiting = await claimNew()
      await waiting.transition('awaiting_answer')
      for (const run of [queued, waiting.run]) {
        const cancelled = await ledger.cancel(run.taskKey, { reason: 'label removed by mona' })
        const ended = {
          id: run.id,
          state: 'ended',
          outcome: { kind: 'cancelled', reason: 'label removed by mona' },
          endedAt: now,
        }
        expect(cancelled).toMatchObject({ kind: 'cancelled', run: ended })
        expect(await ledger.find(run.id)).toMatchObject(ended)
      }
      expect(await ledger.cancel(queued.taskKey, { reason: 'again' })).toEqual({ kind: 'nothing_under_way' })
    })

    it('names what a cancelled run has made that waits for another attempt', async () => {
      const claimed = await claimNew()
      await claimed.writeArtifact(workPatch, 'diff --git a/x b/x')
      await claimed.event(pushed, { branch: 'agent/issue-1', commitSha: 'c1' })
      await claimed.transition('queued')
      const made = { patchArtifact: workPatch, branch: 'agent/issue-1' }
      expect(await ledger.cancel(claimed.run.taskKey, { reason: 'stopped by mona' })).toMatchObject({
        run: { outcome: { kind: 'cancelled', reason: 'stopped by mona', ...made } },
      })
      expect(await ledger.made(claimed.run.id)).toEqual(made)
    })

    it('cancels once a delivery, and knows it only when the stop is written', async () => {
      const { run } = await claimNew()
      const delivery = unique('delivery')
      const stop = () => ledger.cancel(run.taskKey, { reason: 'stopped by mona', delivery })
      await database.query((orm) => orm.execute(sql`alter table draftsmith.run rename column cancel_reason to away`))
      await expect(stop()).rejects.toThrow()
      await database.query((orm) => orm.execute(sql`alter table draftsmith.run rename column away to cancel_reason`))
      expect(await stop()).toMatchObject({ kind: 'cancelled', run: { id: run.id } })
      expect(await stop()).toEqual({ kind: 'duplicate_delivery' })
    })

    it('only marks a running run, which finds it at its next look', async () => {
      const claimed = await claimNew()
      const stop = (who: string) => ledger.cancel(claimed.run.taskKey, { reason: `stopped by ${who}` })
      expect(await stop('mona')).toMatchObject({ run: { state: 'running' } })
      await stop('hubot')
      const cancelled = { class: 'cancelled', message: 'stopped by mona' }
      await expect(claimed.check()).rejects.toMatchObject(cancelled)
      await expect(claimed.transition('awaiting_approval')).rejects.toMatchObject(cancelled)
      await claimed.event('kept')
      await claimed.settle({ kind: 'cancelled', reason: 'stopped by mona' })
      expect((await ledger.find(claimed.run.id))?.state).toBe('ended')
    })

    it('counts the tries of a run since it last got further, and how long it has waited between them', async () => {
      const { id } = await record()
      const triedAgain = async () => {
        const claimed = await claim(id)
        return { claimed, seen: [claimed.run.tries, claimed.run.waitedMs] }
      }
      const first = await triedAgain()
      await first.claimed.event('begun')
      await first.claimed.writeStage({ stage: 'last_word', round: 0, inputHash: '' }, 'said of it, and no step of it')
      const second = await triedAgain()
      await second.claimed.putBack({ ms: 5_000, counts: true })
      expect(await ledger.find(id)).toMatchObject({ state: 'queued' })
      const third = await triedAgain()
      await third.claimed.putBack({ ms: 10_000, counts: false })
      const fourth = await triedAgain()
      await fourth.claimed.uncount()
      await third.claimed.uncount()
      const fifth = await triedAgain()
      expect([first, second, third, fourth, fifth].map(({ seen }) => seen)).toEqual([
        [1, 0],
        [2, 0],
        [3, 5_000],
        [3, 15_000],
        [3, 15_000],
      ])
      await fifth.claimed.writeStage({ stage: 'screen', round: 0, inputHash: 'h' }, 'known')
      expect((await triedAgain()).seen).toEqual([1, 0])
      const sixth = await triedAgain()
      expect(sixth.seen).toEqual([2, 0])
      const { modelCalls } = sixth.claimed
      const request = modelRequest('anything')
      const reservation = await modelCalls.reserve({ requestHash: 'q', request, tokens: 1, usd: undefined })
      const broken = await triedAgain()
      expect(broken.seen).toEqual([3, 0])
      await broken.claimed.modelCalls.settle(reservation, modelReply('said'), undefined)
      expect((await triedAgain()).seen).toEqual([1, 0])
    })

    it('puts nothing back that was stopped or taken over', async () => {
      const [stopped, old] = [await claimNew(), await claimNew()]
      await ledger.cancel(stopped.run.taskKey, { reason: 'stopped by mona' })
      await claim(old.run.id)
      const back = { ms: 1, counts: true }
      await expect(stopped.putBack(back)).rejects.toMatchObject({ class: 'cancelled' })
      await expect(old.putBack(back)).rejects.toMatchObject({ class: 'fenced' })
    })

    it('lists by state, newest first, and counts', async () => {
      const [first, second] = [await claimNew(), await claimNew()]
      const running = (await ledger.list({ states: ['running'], limit: 2 })).map((run) => run.id)
      expect(running).toEqual([second.run.id, first.run.id])
      const before = await ledger.count(['running', 'queued'])
      await record()
      await first.settle({ kind: 'cancelled', reason: 'enough' })
      await record()
      expect(await ledger.count(['running', 'queued'])).toBe(before + 1)
    })
  })

  describe('stage records', () => {
    it('are kept by stage, round and input', async () => {
      const claimed = await claimNew()
      const key = { stage: 'plan', round: 1, inputHash: 'abc' }
      const value = { plan: ['one', 'two \0'], nested: { deep: null } }
      expect(await claimed.readStage(key)).toBeUndefined()
      await claimed.writeStage(key, { early: true })
      await claimed.writeStage(key, value)
      expect(await claimed.readStage(key)).toEqual(value)
      for (const other of [{ stage: 'judge' }, { round: 2 }, { inputHash: 'abd' }])
        expect(await claimed.readStage({ ...key, ...other })).toBeUndefined()
      expect(await ledger.stages(claimed.run.id)).toEqual([{ ...key, value }])
    })

    it('are there for the next claim after the database was closed and opened again', async () => {
      const before = await claimNew()
      const key = { stage: 'prepare', round: 0, inputHash: 'h' }
      await before.writeStage(key, { commands: 3 })
      const reservation = await before.modelCalls.reserve(call('paid'))
      await before.modelCalls.settle(reservation, modelReply('paid', { outputTokens: 7 }), 0.25)
      await before.modelCalls.reserve(call('in flight'))
      await end()
      await start()
      const after = await claim(before.run.id)
      expect(after.run.epoch).toBe(2)
      expect(await after.readStage(key)).toEqual({ commands: 3 })
      expect(await after.modelCalls.find('paid')).toEqual(modelReply('paid', { outputTokens: 7 }))
      expect(await after.modelCalls.find('in flight')).toBeUndefined()
      expect(await after.modelCalls.spent()).toMatchObject({ tokens: 507, usd: 0.75, calls: 2 })
    })
  })

  describe('model calls', () => {
    it('count as reserved until they are settled or released', async () => {
      const { modelCalls, run } = await claimNew()
      expect(await modelCalls.spent()).toMatchObject({ tokens: 0, usd: 0, calls: 0 })
      const first = await modelCalls.reserve(call('first'))
      const second = await modelCalls.reserve(call('second'))
      expect(await modelCalls.spent()).toMatchObject({ tokens: 1_000, usd: 1, calls: 2 })
      await modelCalls.release(second)
      const usage = { inputTokens: 100, cacheWriteTokens: 20, cacheReadTokens: 1_000, outputTokens: 5 }
      const reply = modelReply('done', usage)
      await modelCalls.settle(first, reply, 0.01)
      const charge = { tokens: 225, usd: 0.01, calls: 1, usage }
      expect(await modelCalls.spent()).toEqual({ ...charge, knownUsd: 0.01, byRole: [{ role: 'coder', ...charge }] })
      expect(await ledger.spent(run.id)).toEqual(await modelCalls.spent())
      expect(await modelCalls.find('first')).toEqual(reply)
      expect(await ledger.modelCalls(run.id)).toEqual([
        { requestHash: 'first', role: 'coder', request: modelRequest('first'), reply, usd: 0.01 },
      ])
    })

    it('have no known price once one of them has none', async () => {
      const { modelCalls } = await claimNew()
      await modelCalls.reserve(call('priced'))
      await modelCalls.reserve({ ...call('free'), usd: undefined })
      expect(await modelCalls.spent()).toMatchObject({ tokens: 1_000, usd: undefined, calls: 2 })
    })

    it('stay settled: neither a second reply nor a release changes what was paid', async () => {
      const { modelCalls } = await claimNew()
      const reservation = await modelCalls.reserve(call('once'))
      await modelCalls.settle(reservation, modelReply('one', { outputTokens: 1 }), 1)
      await modelCalls.settle(reservation, modelReply('two', { outputTokens: 2 }), 2)
      await modelCalls.release(reservation)
      expect(await modelCalls.spent()).toMatchObject({ tokens: 1, usd: 1, calls: 1 })
      expect(await modelCalls.find('once')).toEqual(modelReply('one', { outputTokens: 1 }))
    })
  })

  it('keeps artifacts by name, at most 16 MiB, byte for byte', async () => {
    const claimed = await claimNew()
    const binary = Buffer.from([0, 255, 10, 13, 128])
    await claimed.writeArtifact('trace.bin', 'first', 'text/plain')
    await claimed.writeArtifact('trace.bin', binary, 'application/octet-stream')
    await claimed.writeArtifact('change.patch', 'grün\n')
    expect(await ledger.artifacts(claimed.run.id)).toEqual([
      { name: 'change.patch', mediaType: 'text/plain; charset=utf-8', bytes: 6 },
      { name: 'trace.bin', mediaType: 'application/octet-stream', bytes: 5 },
    ])
    expect(await ledger.artifact(claimed.run.id, 'trace.bin')).toEqual(binary)
    expect(await ledger.artifact(claimed.run.id, 'other')).toBeUndefined()
    await expect(claimed.writeArtifact('log', Buffer.alloc(16 * 1024 * 1024 + 1))).rejects.toMatchObject({
      code: 'artifact_too_large',
    })
  })

  it('orders events by sequence, whatever the clock says', async () => {
    const claimed = await claimNew()
    await claimed.event('first', { note: 'NUL \0' })
    now = new Date('2025-01-01T00:00:00.000Z')
    await claimed.event('second')
    const events = await ledger.events(claimed.run.id)
    expect(events.map(({ kind, data }) => ({ kind, data }))).toEqual([
      { kind: 'first', data: { note: 'NUL \0' } },
      { kind: 'second', data: {} },
    ])
    expect(events[1]?.at).toEqual(now)
  })

  it('says how long the database takes to answer, and faults once it is closed', async () => {
    expect(await ledger.ping()).toBeGreaterThan(0)
    const claimed = await claimNew()
    await end()
    const closed = { class: 'infrastructure', code: 'database_unreachable' }
    await expect(ledger.ping()).rejects.toMatchObject(closed)
    await expect(claimed.event('late')).rejects.toBeInstanceOf(Fault)
    await start()
  })
}

function call(requestHash: string) {
  return { requestHash, request: modelRequest(requestHash), tokens: 500, usd: 0.5 }
}
