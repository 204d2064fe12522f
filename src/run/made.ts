// What a run has made so far, for the words about a run that ended before its time.
import { and, desc, eq, gt } from './drivers.ts'
import type { Transaction } from './orm.ts'
import { type Made, pushed, workPatch } from './outcome.ts'
import { artifactTable, eventTable } from './schema.ts'

export async function readMade(orm: Pick<Transaction, 'select'>, runId: string): Promise<Made> {
  const kept = await orm
    .select({ name: artifactTable.name })
    .from(artifactTable)
    .where(and(eq(artifactTable.runId, runId), eq(artifactTable.name, workPatch), gt(artifactTable.bytes, 0)))
  const pushes = await orm
    .select({ data: eventTable.data })
    .from(eventTable)
    .where(and(eq(eventTable.runId, runId), eq(eventTable.kind, pushed)))
    .orderBy(desc(eventTable.sequence))
    .limit(1)
  const { branch, pullRequest } = pushes[0]?.data ?? {}
  return {
    ...(kept.length > 0 && { patchArtifact: workPatch }),
    ...(typeof branch === 'string' && { branch }),
    ...(typeof pullRequest === 'string' && { pullRequest }),
  }
}
