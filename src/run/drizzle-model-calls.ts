// Model calls and what they cost. A reservation counts as spent until its reply or its release is written, also after a crash.

import { chargedTokens } from '../model/budget.ts'
import { sumCalls } from '../model/charge.ts'
import type { Charge, ModelCallStore, ModelReply, StoredCall } from '../model/model.ts'
import type { FencedStatement, FencedWrite } from './claim-fence.ts'
import { packJson, unpackJson } from './compression.ts'
import type { Database } from './database.ts'
import { and, asc, eq } from './drivers.ts'
import { Remembered } from './remembered.ts'
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
  const remembered = new Remembered(() => readRows(database, runId))
  return {
    find: async (requestHash) => {
      const rows = [...(await remembered.read()).values()]
      const settled = rows.some((row) => row.state === 'settled' && row.requestHash === requestHash)
      return settled ? readReply(database, runId, requestHash) : undefined
    },
    reserve: async ({ requestHash, request, tokens, usd }) => {
      const row = { requestHash, role: request.role, state: 'reserved' as const, tokens, usd: usd ?? null }
      const values = { ...row, request: await packJson(request), reservedAt: clock() }
      const [inserted] = await remembered.write(
        () =>
          fence.fencedStatement((orm, id) =>
            orm
              .insert(calls)
              .values({ ...values, runId: id })
              .returning({ id: calls.id }),
          ),
        (rows, [made]) => made && rows.set(made.id, { id: made.id, ...row, ...unused }),
      )
      return inserted?.id ?? Number.NaN
    },
    settle: async (reservation, reply, usd) => {
      const row = { state: 'settled' as const, tokens: chargedTokens(reply.usage), usd: usd ?? null, ...reply.usage }
      const values = { ...row, reply: await packJson(reply), settledAt: clock() }
      await remembered.write(
        () =>
          fence.fencedStatement((orm, id) =>
            orm
              .update(calls)
              .set({ ...values, runId: id })
              .where(reserved(reservation))
              .returning({ id: calls.id, role: calls.role, requestHash: calls.requestHash }),
          ),
        (rows, [settled]) => settled && rows.set(settled.id, { ...settled, ...row }),
      )
    },
    release: async (reservation) => {
      await remembered.write(
        () =>
          fence.fencedWrite((transaction) =>
            transaction.delete(calls).where(reserved(reservation)).returning({ id: calls.id }),
          ),
        (rows, [released]) => released && rows.delete(released.id),
      )
    },
    spent: async () => sumCalls(inOrder(await remembered.read())),
  }
}

const unused = { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 }

async function readReply(database: Database, runId: string, requestHash: string): Promise<ModelReply | undefined> {
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
  return sumCalls(inOrder(await readRows(database, runId)))
}

type CallRow = Awaited<ReturnType<typeof selectRows>>[number]

/** By id; without requests and replies, which are large. */
async function readRows(database: Database, runId: string): Promise<Map<number, CallRow>> {
  return new Map((await selectRows(database, runId)).map((row) => [row.id, row]))
}

function inOrder(rows: Map<number, CallRow>): CallRow[] {
  return [...rows.values()].sort((a, b) => a.id - b.id)
}

function selectRows(database: Database, runId: string) {
  const { id, requestHash, role, state, tokens, usd } = calls
  const { inputTokens, cacheWriteTokens, cacheReadTokens, outputTokens } = calls
  const used = { inputTokens, cacheWriteTokens, cacheReadTokens, outputTokens }
  return database.query((orm) =>
    orm
      .select({ id, requestHash, role, state, tokens, usd, ...used })
      .from(calls)
      .where(eq(calls.runId, runId)),
  )
}
