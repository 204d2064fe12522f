// What keeps the ledger as quick with a hundred thousand runs as with ten. Nothing is timed here: a table that is read from end
// to end, or a foreign key without an index, is what would be slow one day. `npm run bench -- --only growth` times it.
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Database, openDatabase } from '../../src/run/database.ts'
import { sql } from '../../src/run/drivers.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import { rowsOf } from '../../src/run/orm.ts'
import { createQueue } from '../../src/run/pg-boss-queue.ts'
import { fillLedger } from '../../tools/bench/fill-ledger.ts'
import { questions } from '../../tools/bench/ledger-questions.ts'
import { createTestDatabase, describePostgres, type TestDatabase } from '../support/postgres.ts'
import { modelReply, modelRequest, newRun, silent, temporaryFolder, unique } from './support.ts'

describePostgres('a ledger that grows', () => {
  let server: TestDatabase
  beforeAll(async () => {
    server = await createTestDatabase()
  })
  afterAll(() => server.drop())
  const opened = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    const database = await openDatabase({ url: server.url })
    try {
      return await work(database)
    } finally {
      await database.close()
    }
  }

  it('is asked nothing for which a table that grows is read from end to end', async () => {
    await opened(fill)
    await opened((database) => rows(database, `alter database ${nameOf(server.url)} set enable_seqscan = off`))
    const before = await opened(readScans)
    await opened(async (database) => {
      for (const { ask } of questions) await ask(database)
    })
    // A connection tells what it has read when it ends.
    const after = await vi.waitFor(
      async () => {
        const scans = await opened(readScans)
        for (const table of growing) expect(scans[table]?.byIndex, table).toBeGreaterThan(before[table]?.byIndex ?? 0)
        return scans
      },
      { timeout: 30_000, interval: 100 },
    )
    const whole = growing.filter((table) => (after[table]?.whole ?? 0) > (before[table]?.whole ?? 0))
    expect(whole).toEqual([])
  })
})

it('has an index for each foreign key, by which rows are found that belong to a run', async () => {
  const folder = await temporaryFolder()
  const database = await openDatabase({ dataDir: folder.path })
  const keys = await rows<{ key: string; indexed: boolean }>(
    database,
    `select conrelid::regclass || ' ' || conname as key, exists (
        select 1 from pg_index
        where indrelid = conrelid and indpred is null and (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey
      ) as indexed
      from pg_constraint where contype = 'f' and connamespace = 'draftsmith'::regnamespace order by 1`,
  )
  await database.close()
  await folder.remove()
  expect(keys.length).toBeGreaterThan(3)
  expect(keys.filter(({ indexed }) => !indexed)).toEqual([])
})

const growing = ['run', 'stage', 'model_call', 'event', 'artifact', 'answer']

/** One run with a row in each table, and copies of it. */
async function fill(database: Database): Promise<void> {
  const queue = await createQueue({ database, concurrency: 1, logger: silent })
  const { enqueue } = queue
  const clock = () => new Date()
  const ledger = createLedger({ database, enqueue, clock, ids: () => unique('r'), version: '1' })
  const recorded = await ledger.record(newRun())
  const claimed = recorded.kind === 'recorded' ? await ledger.claim(recorded.run.id) : undefined
  if (claimed === undefined) throw new Error('there is no run')
  await claimed.writeStage({ stage: 'normalize', round: 0, inputHash: 'h' }, { title: 'Prices' })
  const reservation = await claimed.modelCalls.reserve({
    requestHash: 'q',
    request: modelRequest('Why?'),
    tokens: 10,
    usd: 0.1,
  })
  await claimed.modelCalls.settle(reservation, modelReply('So.'), 0.1)
  await claimed.event('begun')
  await claimed.writeArtifact('log.txt', 'all is well')
  await claimed.settle({ kind: 'plan_only', reason: 'done' })
  await fillLedger(database, { runs: 300, whole: 0 })
  await queue.stop(0)
}

type Scans = Record<string, { whole: number; byIndex: number }>

async function readScans(database: Database): Promise<Scans> {
  const found = await rows<{ name: string; whole: number; by_index: number }>(
    database,
    `select relname as name, seq_scan::int as whole, idx_scan::int as by_index
      from pg_stat_user_tables where schemaname = 'draftsmith'`,
  )
  return Object.fromEntries(found.map(({ name, whole, by_index: byIndex }) => [name, { whole, byIndex }]))
}

function nameOf(url: string): string {
  return `"${new URL(url).pathname.slice(1)}"`
}

async function rows<T extends object>(database: Database, text: string): Promise<T[]> {
  return rowsOf<T>(await database.query((orm) => orm.execute(sql.raw(text))))
}
