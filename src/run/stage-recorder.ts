import { hashOf } from '../model/canonical.ts'
import type { ClaimedRun, StageKey } from './ledger.ts'

/** What a recorded value depends on; any other input is another record. */
export interface RecordKey {
  stage: string
  round?: number
  input: unknown
}

/** Where values are kept. */
export type StageRecords = Pick<ClaimedRun, 'readStage' | 'writeStage'>

/**
 * Answers a value from the ledger, or works it out and records it before anybody uses it.
 * The value must survive JSON: plain data without functions, dates or maps.
 */
export async function recorded<T>(claimed: StageRecords, key: RecordKey, work: () => Promise<T>): Promise<T> {
  const stageKey = stageKeyOf(key)
  const known = await claimed.readStage(stageKey)
  if (known !== undefined) return known as T
  const value = await work()
  await claimed.writeStage(stageKey, value)
  return value
}

/** What was recorded, if anything was. */
export function readRecorded(claimed: StageRecords, key: RecordKey): Promise<unknown | undefined> {
  return claimed.readStage(stageKeyOf(key))
}

function stageKeyOf({ stage, round = 0, input }: RecordKey): StageKey {
  return { stage, round, inputHash: hashOf(input) }
}
