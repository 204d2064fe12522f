// The queue as an operator sees it, beside a service on the same PostgreSQL.
import { existsSync } from 'node:fs'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  failedCommand,
  type PauseOptions,
  pauseCommand,
  type QueueParts,
  queueCommand,
  type RequeueOptions,
  requeueCommand,
  resumeCommand,
  stopCommand,
} from '../../src/cli/queue-command.ts'
import { readConfig } from '../../src/config.ts'
import { openDatabase } from '../../src/run/database.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import type { Ledger } from '../../src/run/ledger.ts'
import { createQueue, type PgBossQueue } from '../../src/run/pg-boss-queue.ts'
import { newRun, silent, unique } from '../run/support.ts'
import { createTestDatabase, describePostgres, type TestDatabase } from '../support/postgres.ts'
import { CommandLine } from './command-line.ts'

describePostgres('draftsmith queue', () => {
  let server: TestDatabase
  let queue: PgBossQueue
  let ledger: Ledger
  beforeEach(async () => {
    server = await createTestDatabase()
    const database = await openDatabase({ url: server.url })
    queue = await createQueue({ database, concurrency: 1, logger: silent })
    const { enqueue } = queue
    ledger = createLedger({ database, enqueue, clock: () => new Date(), ids: () => unique('r'), version: '1' })
  })
  afterEach(async () => {
    await queue.stop(0)
    await ledger.close()
    await server.drop()
  })

  /** What a command says, and its exit code. */
  const ask = async (command: (parts: QueueParts) => Promise<number>) => {
    const read = readConfig({ DATABASE_URL: server.url }, [])
    if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems))
    const said: string[] = []
    const exitCode = await command({
      config: read.config,
      log: pino({ level: 'silent' }),
      out: (text) => said.push(text),
      interrupted: new AbortController().signal,
      now: () => new Date(),
    })
    return { exitCode, said: said.join('\n') }
  }
  const tell = () => ask((parts) => queueCommand({}, parts))
  const requeue = (options: Partial<RequeueOptions>) => ask((parts) => requeueCommand({ runs: [], ...options }, parts))
  const pause = (options: PauseOptions) => ask((parts) => pauseCommand(options, parts))
  const record = async (title: string) => {
    const request = newRun()
    const recorded = await ledger.record({ ...request, task: { ...request.task, title } })
    if (recorded.kind !== 'recorded') throw new Error(recorded.kind)
    return recorded.run
  }
  const fail = async (runId: string) => {
    const claimed = await ledger.claim(runId)
    await claimed?.settle({ kind: 'failed', code: 'github_unreachable', reason: 'GitHub does not answer.' })
  }

  it('tells what waits and what failed, and starts it again', async () => {
    const waiting = await record('The sum is wrong')
    const failed = await record('The page is blank')
    await fail(failed.id)
    const told = await tell()
    expect(told.exitCode).toBe(0)
    expect(told.said).toContain('The queue is open.\n')
    expect(told.said).toContain(`Waiting (1)\n  ${waiting.id}  The sum is wrong\n`)
    expect(told.said).toContain(
      `Failed; \`draftsmith queue requeue RUN\` starts one again (1)\n  ${failed.id}  The page`,
    )
    expect(told.said).toMatch(/ {4}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}github_unreachable: GitHub does not answer\.$/)

    await expect(async () => requeue({})).rejects.toMatchObject({ code: 'nothing_to_requeue' })
    expect((await requeue({ code: 'disk_full' })).said).toBe('No run has failed.')
    const again = await requeue({ code: 'github_unreachable' })
    const next = await ledger.latest(failed.taskKey)
    expect(again).toEqual({ exitCode: 0, said: `${failed.id} starts again as ${next?.id}.` })
    expect(next).toMatchObject({ state: 'queued', attempt: 2, task: { ...failed.task } })
    expect(await queue.position(next?.id ?? '')).toBe(1)

    expect(await requeue({ runs: [failed.id, waiting.id, 'r-nothing'] })).toEqual({
      exitCode: 1,
      said: [
        `${failed.id} has a newer run of its task: ${next?.id}.`,
        `${waiting.id} has not ended: it is queued.`,
        'There is no run r-nothing.',
      ].join('\n'),
    })
    expect((await ask((parts) => failedCommand({}, parts))).said).toBe('No run has failed.')
  })

  it('stops what waits and what is under way, and nothing else', async () => {
    const waiting = await record('The sum is wrong')
    const running = await record('The page is blank')
    const claimed = await ledger.claim(running.id)
    const failed = await record('The list is empty')
    await fail(failed.id)
    const stop = (...runs: string[]) => ask((parts) => stopCommand(runs, parts))
    expect(await stop(waiting.id, running.id)).toEqual({
      exitCode: 0,
      said: [
        `${waiting.id} has ended; the round tell-ends says so on its issue.`,
        `${running.id} was asked to stop; its worker looks every second.`,
      ].join('\n'),
    })
    const reason = 'It was stopped by those who operate Draftsmith.'
    expect(await ledger.find(waiting.id)).toMatchObject({ state: 'ended', outcome: { kind: 'cancelled', reason } })
    await expect(claimed?.check()).rejects.toMatchObject({ class: 'cancelled', message: reason })
    expect(await stop(failed.id, 'r-nothing')).toEqual({
      exitCode: 1,
      said: `${failed.id} has ended already, as failed.\nThere is no run r-nothing.`,
    })
  })

  it('pauses all workers, waits until nothing is under way, and opens the queue again', async () => {
    let end = () => {}
    const begun = Promise.withResolvers<void>()
    await queue.work(async () => {
      begun.resolve()
      await new Promise<void>((resolve) => {
        end = resolve
      })
    })
    const run = await record('The sum is wrong')
    await begun.promise
    const inVain = await pause({ reason: 'version 2', wait: 0 })
    expect(inVain).toMatchObject({ exitCode: 1, said: expect.stringMatching(/\n1 run is still under way\.$/) })
    const told = await tell()
    expect(told.said).toMatch(/^The queue is paused since .* UTC: version 2\. `draftsmith queue resume` opens it\.\n/)
    expect(told.said).toMatch(
      new RegExp(`Under way \\(1\\)\n {2}${run.id} .*\n {4}attempt 1 of 9, for .*; last sign of life .* ago$`),
    )
    const drained = pause({ reason: 'version 3', wait: 1 })
    end()
    expect(await drained).toMatchObject({ exitCode: 0, said: expect.stringMatching(/\nNothing is under way\.$/) })
    expect(await queue.paused()).toMatchObject({ reason: 'version 2' })
    expect((await ask(resumeCommand)).said).toBe('The queue is open.')
    expect((await ask(resumeCommand)).said).toBe('The queue was not paused.')
    expect(await queue.paused()).toBeUndefined()
  })
})

it('is a command with words of its own', async () => {
  const line = new CommandLine()
  const { exitCode, stderr } = await line.run(['queue', 'pause', '--wait', 'long'])
  expect(exitCode).toBe(2)
  expect(stderr).toContain("'long' is invalid. It must be a number of minutes.")
  const json = await line.run(['queue', 'failed', '--json'])
  expect(json).toMatchObject({ exitCode: 0, stdout: '[]\n', stderr: '' })
  expect((await line.run(['queue'])).stdout).toContain('The queue is open.')
  // Where there is none, no database is made to say so.
  expect(existsSync(line.dataDir)).toBe(false)
  line.remove()
})
