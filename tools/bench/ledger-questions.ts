// What is asked of the ledger while a person waits, for every run, or in every round.
import { statusReply } from '../../src/render/command-replies.ts'
import type { Database } from '../../src/run/database.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import { createUpkeep } from '../../src/run/drizzle-upkeep.ts'
import { readEarlierRuns } from '../../src/run/earlier-runs.ts'
import { readFleetFigures } from '../../src/run/fleet-figures.ts'
import { runsWithoutJob } from '../../src/run/jobs.ts'
import type { Ledger } from '../../src/run/ledger.ts'
import type { Run } from '../../src/run/run.ts'

export interface Question {
  what: string
  /** May be asked any number of times. */
  ask(database: Database): Promise<unknown>
}

const hour = 3_600_000
let recorded = 0

export const questions: readonly Question[] = [
  { what: '/draftsmith status', ask: (database) => status(ledgerOf(database)) },
  { what: 'draftsmith show', ask: (database) => show(ledgerOf(database)) },
  { what: 'the newest 50', ask: (database) => ledgerOf(database).list({ limit: 50 }) },
  { what: 'earlier runs, for an estimate', ask: (database) => readEarlierRuns(database, 'copy/7') },
  { what: 'earlier runs, of a new repository', ask: (database) => readEarlierRuns(database, 'none/none') },
  { what: '/metrics', ask: (database) => readFleetFigures(database, new Date()) },
  { what: 'a run recorded, claimed and ended', ask: (database) => record(ledgerOf(database)) },
  { what: 'sweep: runs without a job', ask: (database) => database.transact(runsWithoutJob) },
  { what: 'sweep: ends not told, workers that hang', ask: (database) => lookAfter(database) },
  {
    what: 'sweep: one old run cleared',
    ask: (database) => createUpkeep({ database, clock }).clear(new Date(), 1),
  },
]

async function status(ledger: Ledger): Promise<unknown> {
  return statusReply(await ledger.latest((await aRun(ledger)).taskKey))
}

async function show(ledger: Ledger): Promise<unknown> {
  const { id } = await aRun(ledger)
  return [
    await ledger.find(id),
    await ledger.stages(id),
    await ledger.spent(id),
    await ledger.artifacts(id),
    await ledger.answers(id),
    await ledger.events(id),
  ]
}

/** A copy that is whole, and among the oldest. */
async function aRun(ledger: Ledger): Promise<Run> {
  const run = await ledger.find('r-copy-2')
  if (run === undefined) throw new Error('The ledger was not filled.')
  return run
}

async function record(ledger: Ledger): Promise<void> {
  const { task } = await aRun(ledger)
  recorded += 1
  const [taskKey, repositoryKey] = [`new:${process.pid}:${recorded}`, `new/${recorded % 500}`]
  const answer = await ledger.record({ taskKey, repositoryKey, task, force: false })
  if (answer.kind !== 'recorded') throw new Error(`a new run was answered ${answer.kind}`)
  const claimed = await ledger.claim(answer.run.id)
  await claimed?.settle({ kind: 'cancelled', reason: 'It was made to be measured.' })
}

async function lookAfter(database: Database): Promise<void> {
  const upkeep = createUpkeep({ database, clock })
  const now = Date.now()
  await upkeep.untold(new Date(now - 24 * hour), new Date(now))
  await upkeep.takenBefore(new Date(now - 12 * hour))
}

function ledgerOf(database: Database): Ledger {
  return createLedger({ database, clock, ids: () => `r-new-${process.pid}-${recorded}`, version: 'bench' })
}

function clock(): Date {
  return new Date()
}
