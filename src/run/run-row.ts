// A row of the ledger as everybody else knows a run.
import type { Run } from './run.ts'
import type { runTable } from './schema.ts'

export function toRun(row: typeof runTable.$inferSelect): Run {
  const { sequence: _, askedAt: __, claimedAt: ___, toldAt: ____, kept: _____, clearedAt, ...run } = row
  return {
    ...run,
    question: row.question ?? undefined,
    outcome: row.outcome ?? undefined,
    cancelReason: row.cancelReason ?? undefined,
    startedAt: row.startedAt ?? undefined,
    endedAt: row.endedAt ?? undefined,
    ...(clearedAt && { clearedAt }),
  }
}
