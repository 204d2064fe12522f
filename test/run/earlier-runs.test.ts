import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../src/run/database.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import type { ClaimedRun, Ledger } from '../../src/run/ledger.ts'
import type { Outcome } from '../../src/run/outcome.ts'
import { recorded } from '../../src/run/stage-recorder.ts'
import type { TaskType } from '../../src/task/contract.ts'
import { createTestDatabase, describePostgres, type TestDatabase } from '../support/postgres.ts'
import { modelReply, modelRequest, newRun, temporaryFolder, unique } from './support.ts'

const publication = { form: 'draft' as const, notes: [] }
const published: Outcome = { kind: 'pull_request', publication }
const usage = { inputTokens: 100, cacheWriteTokens: 20, cacheReadTokens: 3_000, outputTokens: 7 }

function earlierRuns(open: () => Promise<Database>): void {
  let database: Database
  let ledger: Ledger
  beforeAll(async () => {
    database = await open()
    ledger = createLedger({ database, clock: () => new Date(), ids: () => unique('r'), version: '1' })
  })
  afterAll(() => database.close())

  async function claim(repositoryKey: string): Promise<ClaimedRun> {
    const run = await ledger.record(newRun({ repositoryKey }))
    const claimed = run.kind === 'recorded' ? await ledger.claim(run.run.id) : undefined
    if (claimed === undefined) throw new Error('not claimed')
    return claimed
  }

  /** With two calls of the coder, one that was never answered, and one of the reviewer. */
  async function worked(repositoryKey: string, taskType: TaskType | undefined, outcome: Outcome) {
    const claimed = await claim(repositoryKey)
    if (taskType) await recorded(claimed, { stage: 'normalize', input: 1 }, async () => ({ contract: { taskType } }))
    for (const role of ['coder', 'coder', 'reviewer'] as const) {
      const request = { ...modelRequest('x'), role }
      const id = await claimed.modelCalls.reserve({ requestHash: unique('h'), request, tokens: 9_000, usd: 1 })
      await claimed.modelCalls.settle(id, modelReply('done', usage), 0.1)
    }
    await claimed.modelCalls.reserve({ requestHash: unique('h'), request: modelRequest('x'), tokens: 9_000, usd: 1 })
    await claimed.settle(outcome)
  }

  it('are none at first', async () => {
    expect(await (await claim('github:acme/new')).earlierRuns()).toEqual([])
  })

  it('are those that made a change, their own repository first, with what each role was charged', async () => {
    await worked('github:acme/other', 'feature', published)
    await worked('github:acme/shop', 'bug_fix', { kind: 'unverified', reason: 'a test fails', publication })
    await worked('github:acme/shop', 'bug_fix', { kind: 'declined', decline: { code: 'ambiguous', evidence: [] } })
    await worked('github:acme/shop', 'bug_fix', { kind: 'failed', code: 'deadline', reason: 'a NUL \0 of a command' })
    await worked('github:acme/shop', undefined, published)
    await worked('github:acme/other', 'test', published)
    const twice = { inputTokens: 200, cacheWriteTokens: 40, cacheReadTokens: 6_000, outputTokens: 14 }
    const charged = { coder: twice, reviewer: usage }
    expect(await (await claim('github:acme/shop')).earlierRuns()).toEqual([
      { repositoryKey: 'github:acme/shop', taskType: 'bug_fix', usage: charged },
      { repositoryKey: 'github:acme/other', taskType: 'test', usage: charged },
      { repositoryKey: 'github:acme/other', taskType: 'feature', usage: charged },
    ])
  })
}

describe('earlier runs on the embedded database', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => folder.remove())
  earlierRuns(() => openDatabase({ dataDir: folder.path }))
})

describePostgres('earlier runs on PostgreSQL', () => {
  let server: TestDatabase
  beforeAll(async () => {
    server = await createTestDatabase()
  })
  afterAll(() => server.drop())
  earlierRuns(() => openDatabase({ url: server.url }))
})
