import { hashOf } from '../model/canonical.ts'
import type { ClaimedRun } from './ledger.ts'

/** What a recorded value depends on; any other input is another record. */
export interface RecordKey {
  stage: string
  round?: number
  input: unknown
}

/**
 * Answers a value from the ledger, or works it out and records it before anybody uses it.
 * The value must survive JSON: plain data without functions, dates or maps.
 */
export async function recorded<T>(claimed: ClaimedRun, key: RecordKey, work: () => Promise<T>): Promise<T> {
  const stageKey = { stage: key.stage, round: key.round ?? 0, inputHash: hashOf(key.input) }
  const known = await claimed.readStage(stageKey)
  if (known !== undefined) return known as T
  const value = await work()
  await claimed.writeStage(stageKey, value)
  return value
}
