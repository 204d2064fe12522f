// What runs have really cost that went all the way to a change: the next estimate is made from them.
import type { EarlierRun, UsageByRole } from '../estimate/estimate.ts'
import type { TaskContract } from '../task/contract.ts'
import { unpackJson } from './compression.ts'
import type { Database } from './database.ts'
import { and, desc, eq, inArray, sql } from './drivers.ts'
import { modelCallTable, runTable, stageTable } from './schema.ts'

/** Enough for a median; older ones were run with other prompts. */
const most = { ofRepository: 50, ofAll: 100 }

/** Newest first, those of the repository before others. Runs that ended before a change are left out: they say how far they got, not what a change costs. */
export async function readEarlierRuns(database: Database, repositoryKey: string): Promise<EarlierRun[]> {
  const runs = await wentAllTheWay(database, repositoryKey)
  const ids = [...runs.keys()]
  if (ids.length === 0) return []
  const [usages, types] = await Promise.all([readUsages(database, ids), readTaskTypes(database, ids)])
  return [...runs].flatMap(([id, key]) => {
    const [usage, taskType] = [usages.get(id), types.get(id)]
    return usage && taskType ? [{ repositoryKey: key, taskType, usage }] : []
  })
}

/** Repository by run. */
async function wentAllTheWay(database: Database, repositoryKey: string): Promise<Map<string, string>> {
  const { id, sequence, outcome, repositoryKey: key } = runTable
  // The kind stands first. Not by `->>`, which refuses an outcome with a NUL anywhere in its words, and with it all others.
  const changed = sql`${outcome}::text ~ '^ *[{] *"kind" *: *"(pull_request|unverified)"'`
  const newest = (limit: number, own?: string) =>
    database.query((orm) =>
      orm
        .select({ id, key })
        .from(runTable)
        .where(and(changed, own === undefined ? undefined : eq(key, own)))
        .orderBy(desc(sequence))
        .limit(limit),
    )
  const rows = [...(await newest(most.ofRepository, repositoryKey)), ...(await newest(most.ofAll))]
  return new Map(rows.map((row) => [row.id, row.key]))
}

async function readUsages(database: Database, ids: string[]): Promise<Map<string, UsageByRole>> {
  const { runId, role, state, inputTokens, cacheWriteTokens, cacheReadTokens, outputTokens } = modelCallTable
  const total = (column: unknown) => sql<number>`sum(${column})`.mapWith(Number)
  const rows = await database.query((orm) =>
    orm
      .select({
        runId,
        role,
        inputTokens: total(inputTokens),
        cacheWriteTokens: total(cacheWriteTokens),
        cacheReadTokens: total(cacheReadTokens),
        outputTokens: total(outputTokens),
      })
      .from(modelCallTable)
      .where(and(inArray(runId, ids), eq(state, 'settled')))
      .groupBy(runId, role),
  )
  const usages = new Map<string, UsageByRole>()
  for (const { runId: id, role: asked, ...usage } of rows) usages.set(id, { ...usages.get(id), [asked]: usage })
  return usages
}

async function readTaskTypes(database: Database, ids: string[]): Promise<Map<string, TaskContract['taskType']>> {
  const { runId, stage, value } = stageTable
  const rows = await database.query((orm) =>
    orm
      .select({ runId, value })
      .from(stageTable)
      .where(and(inArray(runId, ids), eq(stage, 'normalize'))),
  )
  const types = new Map<string, TaskContract['taskType']>()
  for (const { runId: id, value: packed } of rows) {
    const { contract } = await unpackJson<{ contract?: TaskContract }>(packed)
    if (contract !== undefined) types.set(id, contract.taskType)
  }
  return types
}
