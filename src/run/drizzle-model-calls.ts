// Model calls and what they cost. A reservation counts as spent until its reply or its release is written, also after a crash.

import { chargedTokens } from '../model/budget.ts'
import { sumCalls } from '../model/charge.ts'
import type { Charge, ModelCallStore, ModelReply, StoredCall } from '../model/model.ts'
import type { FencedStatement, FencedWrite } from './claim-fence.ts'
import { packJson, unpackJson } from './compression.ts'
import type { Database } from './database.ts'
import { and, asc, eq } from './drivers.ts'
import { modelCallTable as calls } from './schema.ts'

export interface ModelCallsOptions {
  database: Database
  runId: string
  fencedWrite: FencedWrite
  fencedStatement: FencedStatement
  clock: () => Date
}

export function createModelCalls({ database, runId, clock, ...fence }: ModelCallsOptions): ModelCallStore {
  const reserved = (id: number) => and(eq(calls.id, id), eq(calls.runId, runId), eq(calls.state, 'reserved'))
  return {
    find: async (requestHash) => {
      const rows = await database.query((orm) =>
        orm
          .select({ reply: calls.reply })
          .from(calls)
          .where(and(eq(calls.runId, runId), eq(calls.requestHash, requestHash), eq(calls.state, 'settled')))
          .orderBy(asc(calls.id))
          .limit(1),
      )
      const reply = rows[0]?.reply
      return reply ? unpackJson<ModelReply>(reply) : undefined
    },
    reserve: async ({ requestHash, request, tokens, usd }) => {
      const packed = await packJson(request)
      const row = { requestHash, role: request.role, request: packed, tokens, usd: usd ?? null }
      const inserted = await fence.fencedStatement((orm, runId) =>
        orm
          .insert(calls)
          .values({ ...row, runId, state: 'reserved', reservedAt: clock() })
          .returning({ id: calls.id }),
      )
      return inserted[0]?.id ?? Number.NaN
    },
    settle: async (reservation, reply, usd) => {
      const row = { reply: await packJson(reply), tokens: chargedTokens(reply.usage), usd: usd ?? null, ...reply.usage }
      await fence.fencedStatement((orm, runId) =>
        orm
          .update(calls)
          .set({ ...row, runId, state: 'settled', settledAt: clock() })
          .where(reserved(reservation)),
      )
    },
    release: (reservation) =>
      fence.fencedWrite(async (transaction) => {
        await transaction.delete(calls).where(reserved(reservation))
      }),
    spent: () => readSpent(database, runId),
  }
}

/** Settled calls in the order in which they were asked. */
export async function readModelCalls(database: Database, runId: string): Promise<StoredCall[]> {
  const rows = await database.query((orm) =>
    orm
      .select()
      .from(calls)
      .where(and(eq(calls.runId, runId), eq(calls.state, 'settled')))
      .orderBy(asc(calls.id)),
  )
  return Promise.all(
    rows.map(async (row) => ({
      requestHash: row.requestHash,
      role: row.role,
      request: await unpackJson<StoredCall['request']>(row.request),
      reply: await unpackJson<ModelReply>(row.reply ?? Buffer.alloc(0)),
      usd: row.usd ?? undefined,
    })),
  )
}

/** Summed here rather than in SQL: a run has tens of calls. */
export async function readSpent(database: Database, runId: string): Promise<Charge> {
  const { role, tokens, usd, inputTokens, cacheWriteTokens, cacheReadTokens, outputTokens } = calls
  const rows = await database.query((orm) =>
    orm
      .select({ role, tokens, usd, inputTokens, cacheWriteTokens, cacheReadTokens, outputTokens })
      .from(calls)
      .where(eq(calls.runId, runId))
      .orderBy(asc(calls.id)),
  )
  return sumCalls(rows)
}
