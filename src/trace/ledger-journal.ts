import type { Journal } from '../agent/journal.ts'
import type { ClaimedRun } from '../run/ledger.ts'
import { createLateWrites } from './late-writes.ts'

/** The journal of tool calls, kept among the run's records. Of each base its own: a run that waited may go on from a newer one, where files read otherwise. */
export function ledgerJournal(claimed: ClaimedRun, baseCommit: string): Journal {
  const keyOf = (key: string) => ({ stage: 'tool_call', round: 0, inputHash: `${baseCommit}.${key}` })
  const records = createLateWrites(({ key, text }: { key: string; text: string }) =>
    claimed.writeStage(keyOf(key), text),
  )
  return {
    async recorded(key) {
      const text = await claimed.readStage(keyOf(key))
      return typeof text === 'string' ? text : undefined
    },
    record: (key, text) => records.add({ key, text }),
    written: records.written,
  }
}
