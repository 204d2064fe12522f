// The queue as an operator sees it: the real command line beside a service on the same PostgreSQL.
import { afterEach, beforeEach, expect, it } from 'vitest'
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
  let line: CommandLine
  beforeEach(async () => {
    server = await createTestDatabase()
    line = new CommandLine()
    const database = await openDatabase({ url: server.url })
    queue = await createQueue({ database, concurrency: 1, logger: silent })
    const { enqueue } = queue
    ledger = createLedger({ database, enqueue, clock: () => new Date(), ids: () => unique('r'), version: '1' })
  })
  afterEach(async () => {
    line.remove()
    await queue.stop(0)
    await ledger.close()
    await server.drop()
  })

  const draftsmith = (...args: string[]) => line.run(args, { env: { DATABASE_URL: server.url } })
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
    const told = await draftsmith('queue')
    expect(told).toMatchObject({ exitCode: 0, stderr: '' })
    expect(told.stdout).toContain('The queue is open.\n')
    expect(told.stdout).toContain(`${waiting.id}  The sum is wrong`)
    expect(told.stdout).toContain(
      `Failed; \`draftsmith queue requeue RUN\` starts one again (1)\n  ${failed.id}  The page`,
    )
    expect(told.stdout).toMatch(
      / {4}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}github_unreachable: GitHub does not answer\.\n$/,
    )

    expect(await draftsmith('queue', 'requeue')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Name runs, or use --code CODE or --all'),
    })
    expect((await draftsmith('queue', 'requeue', '--code', 'disk_full')).stdout).toBe('No run has failed.\n')
    const again = await draftsmith('queue', 'requeue', '--code', 'github_unreachable')
    const next = await ledger.latest(failed.taskKey)
    expect(again).toMatchObject({ exitCode: 0, stdout: `${failed.id} starts again as ${next?.id}.\n` })
    expect(next).toMatchObject({ state: 'queued', attempt: 2, task: { ...failed.task } })
    expect(await queue.position(next?.id ?? '')).toBe(1)

    const refused = await draftsmith('queue', 'requeue', failed.id, waiting.id, 'r-nothing')
    expect(refused).toMatchObject({
      exitCode: 1,
      stdout: [
        `${failed.id} has a newer run of its task: ${next?.id}.`,
        `${waiting.id} has not ended: it is queued.`,
        'There is no run r-nothing.',
        '',
      ].join('\n'),
    })
    expect((await draftsmith('queue', 'failed', '--json')).stdout).toBe('[]\n')
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
    const inVain = await draftsmith('queue', 'pause', '--reason', 'version 2', '--wait', '0')
    expect(inVain).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('1 run is still under way.\n') })
    const told = await draftsmith('queue')
    expect(told.stdout).toMatch(/^The queue is paused since .* UTC: version 2\. `draftsmith queue resume` opens it\.\n/)
    expect(told.stdout).toMatch(
      new RegExp(`Under way \\(1\\)\n {2}${run.id} .*\n {4}attempt 1 of 9, for .*; last sign of life .* ago\n`),
    )
    const drained = draftsmith('queue', 'pause', '--wait', '1')
    end()
    expect(await drained).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing is under way.\n') })
    expect(await queue.paused()).toMatchObject({ reason: 'version 2' })
    expect((await draftsmith('queue', 'resume')).stdout).toBe('The queue is open.\n')
    expect((await draftsmith('queue', 'resume')).stdout).toBe('The queue was not paused.\n')
    expect(await queue.paused()).toBeUndefined()
  })
})

it('says what a number of minutes is', async () => {
  const line = new CommandLine()
  const { exitCode, stderr } = await line.run(['queue', 'pause', '--wait', 'long'])
  expect(exitCode).toBe(2)
  expect(stderr).toContain("'long' is invalid. It must be a number of minutes.")
  line.remove()
})
