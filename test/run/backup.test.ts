// Backup and restore, as docs/operating.md tells them.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../src/run/database.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import type { Ledger } from '../../src/run/ledger.ts'
import { createQueue, type PgBossQueue } from '../../src/run/pg-boss-queue.ts'
import { createTestDatabase, describePostgres } from '../support/postgres.ts'
import { requirePackage } from '../support/system.ts'
import { newRun, silent, unique } from './support.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'draftsmith-backup-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('a copy of the embedded database goes on where the original was stopped', async () => {
  const [original, copy] = [join(folder, 'original'), join(folder, 'copy')]
  const ids = await leaveRuns(await openDatabase({ dataDir: original }))
  await cp(original, copy, { recursive: true })
  await rm(original, { recursive: true })
  await goesOn(await openDatabase({ dataDir: copy }), ids)
})

const needsClient = requirePackage('postgresql-client', ['pg_dump', 'pg_restore'])

describePostgres('PostgreSQL', () => {
  needsClient('pg_dump and pg_restore', () => {
    it('give a database that goes on', async () => {
      const [from, to] = await Promise.all([createTestDatabase(), createTestDatabase()])
      const ids = await leaveRuns(await openDatabase({ url: from.url }))
      const file = join(folder, 'draftsmith.dump')
      const run = promisify(execFile)
      const schemas = ['--schema=draftsmith', '--schema=pgboss']
      await run('pg_dump', ['--format=custom', `--file=${file}`, ...schemas, from.url])
      await run('pg_restore', ['--no-owner', '--exit-on-error', `--dbname=${to.url}`, file])
      await from.drop()
      await goesOn(await openDatabase({ url: to.url }), ids)
      await to.drop()
    })
  })
})

interface Left {
  queued: string
  underWay: string
}

interface Opened {
  queue: PgBossQueue
  ledger: Ledger
}

async function open(database: Database): Promise<Opened> {
  const queue = await createQueue({ database, concurrency: 2, logger: silent, heartbeatSeconds: 10 })
  const { enqueue, wake } = queue
  const clock = () => new Date()
  return { queue, ledger: createLedger({ database, enqueue, wake, clock, ids: () => unique('r'), version: '1' }) }
}

/** One that is under way, with a record, and one of the same repository that waits for it. */
async function leaveRuns(database: Database): Promise<Left> {
  const { queue, ledger } = await open(database)
  const record = async () => {
    const recorded = await ledger.record(newRun({ repositoryKey: 'github:acme/shop' }))
    if (recorded.kind !== 'recorded') throw new Error(recorded.kind)
    return recorded.run.id
  }
  const begun = Promise.withResolvers<void>()
  await queue.work(async (runId, signal) => {
    const claimed = await ledger.claim(runId)
    await claimed?.writeStage({ stage: 'screen', round: 0, inputHash: 'h' }, { baseCommit: 'abc' })
    begun.resolve()
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  const left = { underWay: await record(), queued: await record() }
  await begun.promise
  await queue.stop(0)
  await ledger.close()
  return left
}

async function goesOn(database: Database, { underWay, queued }: Left): Promise<void> {
  const { queue, ledger } = await open(database)
  try {
    expect(await ledger.find(underWay)).toMatchObject({ state: 'running', epoch: 1 })
    expect(await ledger.find(queued)).toMatchObject({ state: 'queued', epoch: 0 })
    const order: string[] = []
    const all = Promise.withResolvers<void>()
    await queue.work(async (runId) => {
      const claimed = await ledger.claim(runId)
      const known = await claimed?.readStage({ stage: 'screen', round: 0, inputHash: 'h' })
      expect(known).toEqual(runId === underWay ? { baseCommit: 'abc' } : undefined)
      await claimed?.settle({ kind: 'plan_only', reason: 'done' })
      order.push(runId)
      if (order.length === 2) all.resolve()
    })
    await all.promise
    expect(order).toEqual([underWay, queued])
  } finally {
    await queue.stop(0)
    await ledger.close()
  }
}
