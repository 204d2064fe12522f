// A database that each earlier version made and filled, opened by this one.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { expect, it } from 'vitest'
import { packJson } from '../../src/run/compression.ts'
import { type Database, openDatabase } from '../../src/run/database.ts'
import { createPglite, ormOnPglite, ormOnPostgres, sql } from '../../src/run/drivers.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import { migrate, newestVersion } from '../../src/run/migrations.ts'
import { type Orm, rowsOf } from '../../src/run/orm.ts'
import { createQueue } from '../../src/run/pg-boss-queue.ts'
import { createTestDatabase, describePostgres } from '../support/postgres.ts'
import { approvalOf, newRun, silent, unique } from './support.ts'

const earlier = Array.from({ length: newestVersion - 1 }, (_, index) => index + 1)

describePostgres('a PostgreSQL database', () => {
  it.each(earlier)('of version %i keeps its runs, and they go on', async (version) => {
    const server = await createTestDatabase()
    const pool = new Pool({ connectionString: server.url })
    await fill(ormOnPostgres(pool), version)
    await pool.end()
    await goesOn(await openDatabase({ url: server.url }), version)
    await server.drop()
  })
})

it('an embedded database of the first version keeps its runs, and they go on', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'draftsmith-run-'))
  const pglite = await createPglite({ dataDir: join(dataDir, 'database') })
  await fill(ormOnPglite(pglite), 1)
  await pglite.close()
  await goesOn(await openDatabase({ dataDir }), 1)
  await rm(dataDir, { recursive: true })
})

const { task } = newRun()
const question = approvalOf('1a2b3c4d')
/** SQL cannot look into what holds a NUL. */
const failed = { kind: 'failed', code: 'unexpected', reason: 'A NUL \0 in the words of a command.' } as const

/** As that version would have written it: a run of each state, with all that belongs to one. */
async function fill(orm: Orm, version: number): Promise<void> {
  await migrate(orm, version)
  const insert = (id: string, state: string, epoch: number) =>
    orm.execute(sql`
      insert into draftsmith.run (id, task_key, repository_key, attempt, task, state, epoch, version, created_at)
      values (${id}, ${`github:acme/shop#${id}`}, 'github:acme/shop', 1, ${JSON.stringify(task)}::json, ${state}, ${epoch}, '0.0.1', now())`)
  await insert('r-queued', 'queued', 0)
  await insert('r-running', 'running', 3)
  await insert('r-ended', 'running', 1)
  await orm.execute(sql`insert into draftsmith.delivery values ('d-1', now())`)
  const value = await packJson({ baseCommit: 'abc' })
  await orm.execute(sql`
    insert into draftsmith.stage (run_id, stage, round, input_hash, value, written_at)
    values ('r-running', 'screen', 0, 'hash', ${value}, now())`)
  await orm.execute(sql`
    insert into draftsmith.model_call (run_id, request_hash, role, state, request, reply, tokens, usd, reserved_at, settled_at)
    values ('r-running', 'hash', 'coder', 'settled', ${value}, ${value}, 1000, 0.5, now(), now()),
      ('r-ended', 'hash', 'coder', 'settled', ${value}, ${value}, 100, 0.1, now(), now())`)
  await orm.execute(
    sql`insert into draftsmith.event (run_id, kind, data, at) values ('r-running', 'begun', '{}', now())`,
  )
  await orm.execute(sql`
    insert into draftsmith.artifact (run_id, name, media_type, bytes, content, written_at)
    values ('r-running', 'log.txt', 'text/plain', 18, ${value}, now())`)
  await orm.execute(sql`
    update draftsmith.run set state = 'ended', outcome = ${JSON.stringify(failed)}::json, ended_at = now() where id = 'r-ended'`)
  if (version < 3) return
  await insert('r-asks', 'awaiting_approval', 1)
  await orm.execute(sql`
    update draftsmith.run set question = ${JSON.stringify(question)}::json, asked_at = now() where id = 'r-asks'`)
}

async function goesOn(database: Database, version: number): Promise<void> {
  const queue = await createQueue({ database, concurrency: 1, logger: silent })
  const { enqueue, wake } = queue
  const clock = () => new Date()
  const ledger = createLedger({ database, enqueue, wake, clock, ids: () => unique('r'), version: '2' })
  try {
    const states = Object.fromEntries((await ledger.list({ limit: 10 })).map(({ id, state }) => [id, state]))
    const asks = version < 3 ? {} : { 'r-asks': 'awaiting_approval' }
    expect(states).toEqual({ 'r-queued': 'queued', 'r-running': 'running', 'r-ended': 'ended', ...asks })
    expect(await ledger.find('r-ended')).toMatchObject({ outcome: failed, task, version: '0.0.1' })
    expect(await ledger.seen('d-1')).toBe(false)

    const claimed = await ledger.claim('r-running')
    expect(claimed?.run).toMatchObject({ epoch: 4, version: '0.0.1', recordFormat: 1, workedMs: 0 })
    expect(await claimed?.readStage({ stage: 'screen', round: 0, inputHash: 'hash' })).toEqual({ baseCommit: 'abc' })
    expect(await ledger.spent('r-running')).toMatchObject({ tokens: 1000, usd: 0.5, calls: 1 })
    expect((await ledger.events('r-running')).map(({ kind }) => kind)).toEqual(['begun'])
    expect(JSON.parse(`${await ledger.artifact('r-running', 'log.txt')}`)).toEqual({ baseCommit: 'abc' })
    await claimed?.settle(failed)
    expect(await ledger.find('r-running')).toMatchObject({ state: 'ended', outcome: failed })

    if (version >= 3) {
      const said = { kind: 'approve', hash: question.hash } as const
      expect(await ledger.answer('r-asks', { said, by: 'mona' })).toMatchObject({ kind: 'answered' })
      expect((await ledger.find('r-asks'))?.state).toBe('queued')
    }
    // Those that had ended before count, too, whatever stands in their words.
    const totals = await database.query((orm) =>
      orm.execute(sql`select figure, value from draftsmith.total where figure in ('runs', 'tokens') order by figure`),
    )
    expect(rowsOf(totals)).toEqual([
      { figure: 'runs', value: 2 },
      { figure: 'tokens', value: 1100 },
    ])

    const taken: string[] = []
    const waiting = version < 3 ? 1 : 2
    const all = Promise.withResolvers<void>()
    await queue.work(async (runId) => {
      taken.push(runId)
      if (taken.length === waiting) all.resolve()
    })
    await all.promise
    expect(taken.sort()).toEqual(version < 3 ? ['r-queued'] : ['r-asks', 'r-queued'])
  } finally {
    await queue.stop(0)
    await ledger.close()
  }
}
